"""From query text to its tree: vector aggregations, binary operations, and all below them."""

from infrastructure.lab.logs.logql import tokens
from infrastructure.lab.logs.logql.aggregations import (
    parse_grouping,
    parse_names,
    parse_range_aggregation,
)
from infrastructure.lab.logs.logql.cursor import Cursor
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.lexer import tokenize
from infrastructure.lab.logs.logql.pipelines import parse_selector, parse_stages, require_narrowing
from infrastructure.lab.logs.logql.syntax import (
    BinaryOperation,
    LogQuery,
    Matcher,
    Matching,
    MetricQuery,
    Number,
    Query,
    VectorAggregation,
)

_RANKS = (
    ("or",),
    ("and", "unless"),
    ("==", "!=", ">", ">=", "<", "<="),
    ("+", "-"),
    ("*", "/", "%"),
    ("^",),
)
_RANGE_KINDS = tuple(name.upper() for name in tokens.RANGE_OPERATIONS)
_VECTOR_KINDS = tuple(name.upper() for name in tokens.VECTOR_OPERATIONS)
_WITH_PARAMETER = frozenset({"topk", "bottomk"})


def parse(query: str) -> Query:
    """Parse a query.

    Raises:
        ParseError: it is not LogQL, or asks for what this server does not do.
    """
    cursor = Cursor(tokenize(query))
    try:
        tree = _expression(cursor, 0)
    except RecursionError as err:
        raise ParseError("query is nested too deeply") from err
    if not cursor.at(tokens.END):
        raise cursor.unexpected()
    return tree


def parse_series_selector(text: str) -> tuple[Matcher, ...]:
    """Parse a bare selector; `{}` stands for every stream.

    Raises:
        ParseError: it is no selector, or more than one.
    """
    cursor = Cursor(tokenize(text))
    selector = parse_selector(cursor)
    if not cursor.at(tokens.END):
        raise cursor.unexpected()
    if selector:
        require_narrowing(selector)
    return selector


def _expression(cursor: Cursor, rank: int) -> Query:
    if rank == len(_RANKS):
        return _operand(cursor)
    left = _expression(cursor, rank + 1)
    while cursor.at(*_RANKS[rank]):
        left_side = _as_metric(cursor, left)
        op = cursor.take().text
        returns_bool = cursor.accept("bool") is not None
        matching = _matching(cursor)
        # Powers bind to the right, everything else to the left.
        next_rank = rank if op == "^" else rank + 1
        right_side = _as_metric(cursor, _expression(cursor, next_rank))
        left = _combine(BinaryOperation(op, left_side, right_side, returns_bool, matching))
    return left


def _as_metric(cursor: Cursor, tree: Query) -> MetricQuery:
    if isinstance(tree, LogQuery):
        raise cursor.unexpected()
    return tree


def _combine(operation: BinaryOperation) -> BinaryOperation:
    if operation.op in {"and", "or", "unless"} and (
        isinstance(operation.left, Number) or isinstance(operation.right, Number)
    ):
        raise ParseError(
            f"unexpected literal for one side of logical/set binary operation ({operation.op})"
        )
    return operation


def _matching(cursor: Cursor) -> Matching | None:
    word = cursor.accept("on", "ignoring")
    if word is None:
        return None
    names = parse_names(cursor)
    if cursor.at("group_left", "group_right"):
        token = cursor.token
        raise ParseError(f"{token.text} is not supported by this server", token.line, token.column)
    return Matching(word.kind == "on", names)


def _operand(cursor: Cursor) -> Query:
    if cursor.at("{"):
        return _log_query(cursor)
    if cursor.at(*_RANGE_KINDS):
        return parse_range_aggregation(cursor)
    if cursor.at(*_VECTOR_KINDS):
        return _vector_aggregation(cursor)
    if cursor.accept("("):
        inner = _expression(cursor, 0)
        cursor.expect(")")
        return inner
    return _number(cursor)


def _number(cursor: Cursor) -> Number:
    signed = cursor.at("+", "-") and cursor.followed_by(tokens.NUMBER)
    sign = -1 if signed and cursor.take().kind == "-" else 1
    if not cursor.at(tokens.NUMBER):
        raise cursor.unexpected()
    return Number(sign * float(cursor.take().text))


def _log_query(cursor: Cursor) -> LogQuery:
    selector = parse_selector(cursor)
    stages = parse_stages(cursor)
    if not cursor.at(tokens.RANGE):
        require_narrowing(selector)
    return LogQuery(selector, stages)


def _vector_aggregation(cursor: Cursor) -> VectorAggregation:
    op = cursor.take().text
    grouping = parse_grouping(cursor)
    cursor.expect("(")
    parameter = _parameter(cursor, op)
    inner = _as_metric(cursor, _expression(cursor, 0))
    cursor.expect(")")
    if grouping is None:
        grouping = parse_grouping(cursor)
    if op in {"sort", "sort_desc"} and grouping is not None:
        raise ParseError(f"grouping not allowed for {op} aggregation")
    return VectorAggregation(op, inner, parameter, grouping)


def _parameter(cursor: Cursor, op: str) -> int | None:
    given = cursor.at(tokens.NUMBER) and cursor.followed_by(",")
    if not given:
        if op in _WITH_PARAMETER and not cursor.at(tokens.IDENTIFIER):
            raise ParseError(f"parameter required for operation {op}")
        return None
    text = cursor.take().text
    cursor.take()
    if op not in _WITH_PARAMETER:
        raise ParseError(f"unsupported parameter for operation {op}({text},")
    if not text.isdigit():
        raise ParseError(f"invalid parameter {op}({text},")
    if int(text) <= 0:
        raise ParseError(f"invalid parameter (must be greater than 0) {op}({text}")
    return int(text)
