"""The tree that a query is parsed into."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label of a stream: `name op "value"`."""

    name: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Keep a line when any of the texts is in it (`|=`, `|~`, `|>`), or none (`!=`, `!~`, `!>`)."""

    op: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """One wanted field: the label it becomes and the path it is found at."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class JsonParser:
    """`| json`, of everything or of the named fields."""

    wanted: tuple[Extraction, ...] = ()


@dataclass(frozen=True, slots=True)
class LogfmtParser:
    """`| logfmt`, of everything or of the named fields."""

    wanted: tuple[Extraction, ...] = ()
    strict: bool = False
    keep_empty: bool = False


@dataclass(frozen=True, slots=True)
class RegexpParser:
    """`| regexp`: the named groups become labels."""

    pattern: str


@dataclass(frozen=True, slots=True)
class LabelPicking:
    """`| drop a, b` or `| keep a, b`."""

    keeps: bool
    labels: tuple[str, ...]


class ValueKind(StrEnum):
    """What a label's text is read as before it is compared."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition on one label of a line; `number` is in seconds for durations, else plain."""

    name: str
    op: str
    kind: ValueKind
    text: str
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class Junction:
    """Two conditions joined."""

    op: Literal["and", "or"]
    left: "Condition"
    right: "Condition"


Condition = Comparison | Junction
Parser = JsonParser | LogfmtParser | RegexpParser
Stage = LineFilter | Parser | LabelPicking | Condition


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A stream selector and what is done to each line."""

    selector: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Unwrap:
    """The label whose value is the sample; conditions after it see conversion errors."""

    label: str
    conversion: str | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """`by (...)` or `without (...)`."""

    without: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RangeAggregation:
    """A number a step, over the lines of a window that ends there."""

    op: str
    query: LogQuery
    range_ns: int
    offset_ns: int = 0
    unwrap: Unwrap | None = None
    parameter: float | None = None
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class VectorAggregation:
    """Series folded into fewer."""

    op: str
    inner: "MetricQuery"
    parameter: int | None = None
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """`on (...)` or `ignoring (...)`: the labels by which two sides are paired."""

    on: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BinaryOperation:
    """Arithmetic, comparison or set operation of two sides."""

    op: str
    left: "MetricQuery"
    right: "MetricQuery"
    returns_bool: bool = False
    matching: Matching | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A scalar."""

    value: float


MetricQuery = RangeAggregation | VectorAggregation | BinaryOperation | Number
Query = LogQuery | MetricQuery
