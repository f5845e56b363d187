"""Parsing of stream selectors and of the stages that follow them."""

from collections.abc import Callable, Mapping

from infrastructure.lab.logs.logql import tokens
from infrastructure.lab.logs.logql.conditions import parse_condition
from infrastructure.lab.logs.logql.cursor import Cursor
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.regex import compile_regex
from infrastructure.lab.logs.logql.syntax import (
    Extraction,
    JsonParser,
    LabelPicking,
    LineFilter,
    LogfmtParser,
    Matcher,
    RegexpParser,
    Stage,
)

LINE_OPS = ("|=", "|~", "|>", "!=", "!~", "!>")
_EMPTY_SELECTOR = (
    "queries require at least one regexp or equality matcher that does not have an "
    'empty-compatible value. For instance, app=~".*" does not meet this requirement, '
    'but app=~".+" will'
)
_UNSUPPORTED = frozenset({"decolorize", "label_format", "line_format", "pattern", "unpack"})


def matches(matcher: Matcher, value: str) -> bool:
    """Say whether a label's value (empty when absent) meets a matcher."""
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) == (matcher.op == "=")
    found = compile_regex(matcher.value).fullmatch(value) is not None
    return found == (matcher.op == "=~")


def parse_selector(cursor: Cursor) -> tuple[Matcher, ...]:
    """Parse `{name op "value", ...}`; an empty one is allowed here.

    Raises:
        ParseError: it is no selector.
    """
    cursor.expect("{")
    if cursor.accept("}"):
        return ()
    found = [_matcher(cursor)]
    while cursor.expect("}", ",").kind == ",":
        found.append(_matcher(cursor))
    return tuple(found)


def _matcher(cursor: Cursor) -> Matcher:
    name = cursor.expect(tokens.IDENTIFIER).text
    op = cursor.expect("=", "=~", "!~", "!=").text
    value = cursor.expect(tokens.STRING).text
    if op in {"=~", "!~"}:
        compile_regex(value)
    return Matcher(name, op, value)


def require_narrowing(selector: tuple[Matcher, ...]) -> None:
    """Refuse a selector that any stream without labels would meet.

    Raises:
        ParseError: no matcher demands a value.
    """
    if all(matches(matcher, "") for matcher in selector):
        raise ParseError(_EMPTY_SELECTOR)


def parse_stages(cursor: Cursor) -> tuple[Stage, ...]:
    """Parse the stages up to the end, a range, a parenthesis or `| unwrap`.

    Raises:
        ParseError: a stage is malformed or not known here.
    """
    stages: list[Stage] = []
    while True:
        if cursor.at(*LINE_OPS):
            stages.append(_line_filter(cursor))
        elif cursor.at("|") and not cursor.followed_by("unwrap"):
            cursor.take()
            stages.append(_stage(cursor))
        else:
            return tuple(stages)


def _line_filter(cursor: Cursor) -> LineFilter:
    op = cursor.take().text
    texts = [cursor.expect(tokens.STRING, "ip").text]
    while cursor.at("or") and cursor.followed_by(tokens.STRING):
        cursor.take()
        texts.append(cursor.take().text)
    if op in {"|~", "!~"}:
        for text in texts:
            compile_regex(text)
    return LineFilter(op, tuple(texts))


def _stage(cursor: Cursor) -> Stage:
    token = cursor.token
    if token.kind in _STAGES:
        cursor.take()
        return _STAGES[token.kind](cursor)
    if token.kind in _UNSUPPORTED:
        raise ParseError(
            f"the stage {token.text} is not supported by this server", token.line, token.column
        )
    if cursor.at(tokens.IDENTIFIER, "("):
        return parse_condition(cursor)
    raise cursor.unexpected()


def _wanted(cursor: Cursor) -> tuple[Extraction, ...]:
    found: list[Extraction] = []
    while cursor.at(tokens.IDENTIFIER):
        label = cursor.take().text
        path = cursor.expect(tokens.STRING).text if cursor.accept("=") else label
        found.append(Extraction(label, path))
        if not cursor.accept(","):
            break
    return tuple(found)


def _json(cursor: Cursor) -> Stage:
    return JsonParser(_wanted(cursor))


def _logfmt(cursor: Cursor) -> Stage:
    flags = set()
    while flag := cursor.accept(tokens.FLAG):
        if flag.text not in {"--strict", "--keep-empty"}:
            raise ParseError(f"unknown flag {flag.text}", flag.line, flag.column)
        flags.add(flag.text)
    return LogfmtParser(_wanted(cursor), "--strict" in flags, "--keep-empty" in flags)


def _regexp(cursor: Cursor) -> Stage:
    pattern = cursor.expect(tokens.STRING).text
    if not compile_regex(pattern).groupindex:
        raise ParseError("at least one named capture must be supplied")
    return RegexpParser(pattern)


def _names(cursor: Cursor) -> tuple[str, ...]:
    names = [cursor.expect(tokens.IDENTIFIER).text]
    while cursor.accept(","):
        names.append(cursor.expect(tokens.IDENTIFIER).text)
    return tuple(names)


def _keep(cursor: Cursor) -> Stage:
    return LabelPicking(keeps=True, labels=_names(cursor))


def _drop(cursor: Cursor) -> Stage:
    return LabelPicking(keeps=False, labels=_names(cursor))


_STAGES: Mapping[str, Callable[[Cursor], Stage]] = {
    "json": _json,
    "logfmt": _logfmt,
    "regexp": _regexp,
    "keep": _keep,
    "drop": _drop,
}
