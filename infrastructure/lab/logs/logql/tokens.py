"""The words of LogQL, named as Loki names them in its error messages."""

from dataclasses import dataclass

END = "$end"
IDENTIFIER = "IDENTIFIER"
STRING = "STRING"
NUMBER = "NUMBER"
DURATION = "DURATION"
BYTES = "BYTES"
RANGE = "RANGE"
FLAG = "PARSER_FLAG"

RANGE_OPERATIONS = frozenset(
    {
        "avg_over_time",
        "bytes_over_time",
        "bytes_rate",
        "count_over_time",
        "first_over_time",
        "last_over_time",
        "max_over_time",
        "min_over_time",
        "quantile_over_time",
        "rate",
        "stddev_over_time",
        "stdvar_over_time",
        "sum_over_time",
    }
)
VECTOR_OPERATIONS = frozenset(
    {
        "avg",
        "bottomk",
        "count",
        "max",
        "min",
        "sort",
        "sort_desc",
        "stddev",
        "stdvar",
        "sum",
        "topk",
    }
)
CONVERSIONS = frozenset({"bytes", "duration", "duration_seconds"})
FUNCTIONS = RANGE_OPERATIONS | VECTOR_OPERATIONS | CONVERSIONS
KEYWORDS = frozenset(
    {
        "and",
        "bool",
        "by",
        "decolorize",
        "drop",
        "group_left",
        "group_right",
        "ignoring",
        "json",
        "keep",
        "label_format",
        "line_format",
        "logfmt",
        "offset",
        "on",
        "or",
        "pattern",
        "regexp",
        "unless",
        "unpack",
        "unwrap",
        "without",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `kind` is what an error message calls it, `text` what it stands for."""

    kind: str
    text: str
    line: int
    column: int
