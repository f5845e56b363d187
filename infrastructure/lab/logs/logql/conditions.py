"""Parsing of label filters: `status >= 500 and (path =~ "/api.*" or slow = "yes")`."""

from infrastructure.lab.logs.logql import tokens
from infrastructure.lab.logs.logql.cursor import Cursor
from infrastructure.lab.logs.logql.durations import NS_PER_S, parse_bytes, parse_duration
from infrastructure.lab.logs.logql.regex import compile_regex
from infrastructure.lab.logs.logql.syntax import Comparison, Condition, Junction, ValueKind

_TEXT_OPS = ("=", "=~", "!~", "!=")
_ORDER_OPS = (">", ">=", "<", "<=", "==")
_OPS = (*_TEXT_OPS, *_ORDER_OPS)


def parse_condition(cursor: Cursor) -> Condition:
    """Parse one label filter with its `and`, `or`, `,` and parentheses.

    Raises:
        ParseError: it is none.
    """
    left = _all_of(cursor)
    while cursor.accept("or"):
        left = Junction("or", left, _all_of(cursor))
    return left


def _all_of(cursor: Cursor) -> Condition:
    left = _one(cursor)
    while cursor.accept("and", ",") or cursor.at(tokens.IDENTIFIER, "("):
        left = Junction("and", left, _one(cursor))
    return left


def _one(cursor: Cursor) -> Condition:
    if cursor.accept("("):
        inner = parse_condition(cursor)
        cursor.expect(")")
        return inner
    name = cursor.expect(tokens.IDENTIFIER).text
    op = cursor.expect(*_OPS).text
    return _comparison(cursor, name, op)


def _comparison(cursor: Cursor, name: str, op: str) -> Comparison:
    if cursor.at(tokens.STRING):
        if op not in _TEXT_OPS:
            raise cursor.unexpected(tokens.BYTES, tokens.DURATION, tokens.NUMBER)
        text = cursor.take().text
        if op in {"=~", "!~"}:
            compile_regex(text)
        return Comparison(name, op, ValueKind.TEXT, text)
    if op in {"=~", "!~"}:
        raise cursor.unexpected(tokens.STRING)
    sign = -1 if cursor.accept("-") else 1
    token = cursor.expect(tokens.NUMBER, tokens.DURATION, tokens.BYTES, tokens.STRING, "ip")
    kind, number = _measure(token.kind, token.text)
    return Comparison(name, "==" if op == "=" else op, kind, token.text, sign * number)


def _measure(kind: str, text: str) -> tuple[ValueKind, float]:
    if kind == tokens.DURATION:
        return ValueKind.DURATION, parse_duration(text) / NS_PER_S
    if kind == tokens.BYTES:
        return ValueKind.BYTES, parse_bytes(text)
    return ValueKind.NUMBER, float(text)
