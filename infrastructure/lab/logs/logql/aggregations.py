"""Parsing of range aggregations: `rate({app="x"} | json [5m])`, with unwrap, offset and grouping."""

from infrastructure.lab.logs.logql import tokens
from infrastructure.lab.logs.logql.conditions import parse_condition
from infrastructure.lab.logs.logql.cursor import Cursor
from infrastructure.lab.logs.logql.durations import parse_duration
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.pipelines import parse_selector, parse_stages, require_narrowing
from infrastructure.lab.logs.logql.syntax import (
    Condition,
    Grouping,
    LogQuery,
    RangeAggregation,
    Stage,
    Unwrap,
)

_COUNTING = frozenset({"bytes_over_time", "bytes_rate", "count_over_time"})
_GROUPABLE = frozenset(
    {
        "avg_over_time",
        "first_over_time",
        "last_over_time",
        "max_over_time",
        "min_over_time",
        "quantile_over_time",
        "stddev_over_time",
        "stdvar_over_time",
    }
)


def parse_grouping(cursor: Cursor) -> Grouping | None:
    """Parse `by (...)` or `without (...)` if it stands here."""
    word = cursor.accept("by", "without")
    if word is None:
        return None
    return Grouping(word.kind == "without", parse_names(cursor))


def parse_names(cursor: Cursor) -> tuple[str, ...]:
    """Parse `(a, b)`, which may be empty."""
    cursor.expect("(")
    names: list[str] = []
    while not cursor.accept(")"):
        if names:
            cursor.expect(",", ")")
        names.append(cursor.expect(tokens.IDENTIFIER).text)
    return tuple(names)


def parse_range_aggregation(cursor: Cursor) -> RangeAggregation:
    """Parse from the operation's name to its closing parenthesis and grouping.

    Raises:
        ParseError: malformed, or an operation used without what it needs.
    """
    op = cursor.take().text
    cursor.expect("(")
    parameter = None
    if cursor.at(tokens.NUMBER):
        parameter = float(cursor.take().text)
        cursor.expect(",")
    window = _Window(cursor)
    cursor.expect(")")
    grouping = parse_grouping(cursor)
    _check(op, parameter, window.unwrap, grouping)
    return RangeAggregation(
        op, window.query, window.range_ns, window.offset_ns, window.unwrap, parameter, grouping
    )


class _Window:
    """What stands between the parentheses; the range may come before or after the stages."""

    def __init__(self, cursor: Cursor) -> None:
        self.offset_ns: int = 0
        self._range_ns: int | None = None
        wrapped = cursor.accept("(")
        selector = parse_selector(cursor)
        require_narrowing(selector)
        self._take_range(cursor)
        stages: tuple[Stage, ...] = parse_stages(cursor)
        self.unwrap: Unwrap | None = _unwrap(cursor)
        if wrapped:
            self._take_range(cursor)
            cursor.expect(")")
        self._take_range(cursor)
        if self._range_ns is None:
            raise cursor.unexpected()
        self.range_ns: int = self._range_ns
        self.query: LogQuery = LogQuery(selector, stages)

    def _take_range(self, cursor: Cursor) -> None:
        if self._range_ns is None and cursor.at(tokens.RANGE):
            self._range_ns = parse_duration(cursor.take().text)
            if cursor.accept("offset"):
                sign = -1 if cursor.accept("-") else 1
                self.offset_ns = sign * parse_duration(cursor.expect(tokens.DURATION).text)


def _unwrap(cursor: Cursor) -> Unwrap | None:
    if not cursor.accept("|"):
        return None
    cursor.expect("unwrap")
    conversion = None
    if cursor.at(*(name.upper() for name in tokens.CONVERSIONS)):
        conversion = cursor.take().text
        cursor.expect("(")
    label = cursor.expect(tokens.IDENTIFIER).text
    if conversion:
        cursor.expect(")")
    conditions: list[Condition] = []
    while cursor.accept("|"):
        conditions.append(parse_condition(cursor))
    return Unwrap(label, conversion, tuple(conditions))


def _check(
    op: str, parameter: float | None, unwrap: Unwrap | None, grouping: Grouping | None
) -> None:
    if (op == "quantile_over_time") != (parameter is not None):
        verb = "required" if parameter is None else f"{parameter:g} not supported"
        raise ParseError(f"parameter {verb} for operation {op}")
    if grouping is not None and op not in _GROUPABLE:
        raise ParseError(f"grouping not allowed for {op} aggregation")
    if unwrap is not None and op in _COUNTING:
        raise ParseError(f"invalid aggregation {op} with unwrap")
    if unwrap is None and op not in _COUNTING and op != "rate":
        raise ParseError(f"invalid aggregation {op} without unwrap")
