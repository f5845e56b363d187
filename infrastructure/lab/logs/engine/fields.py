"""Fields of a line: the parsers `json`, `logfmt` and `regexp` as pipeline steps."""

import contextlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from infrastructure.lab.logs.engine.rows import Row, Step
from infrastructure.lab.logs.logql import strings
from infrastructure.lab.logs.logql.regex import compile_regex
from infrastructure.lab.logs.logql.syntax import (
    Extraction,
    JsonParser,
    LogfmtParser,
    Parser,
    RegexpParser,
)

JSON_ERROR = "JSONParserErr"
_NO_OBJECT = "Value looks like object, but can't find closing '}' symbol"
_UNSAFE = re.compile(r"[^a-zA-Z0-9_]")
_PAIR = re.compile(r'([^\s="]+)(?:(=)("(?:\\.|[^"\\])*"|[^\s"]*))?')
_PATH_PART = re.compile(r'\["([^"]+)"\]|\[(\d+)\]|([^.\[\]]+)')


class _Spelled(str):
    """A number as the line spells it."""

    __slots__ = ()


# Numbers keep the spelling they had in the line.
_decode_exactly = json.JSONDecoder(
    parse_float=_Spelled, parse_int=_Spelled, parse_constant=_Spelled
).raw_decode
_decode = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).raw_decode


@lru_cache(maxsize=4096)
def label_name(text: str) -> str:
    """Return a field's name as a legal label name."""
    name = _UNSAFE.sub("_", text)
    return f"_{name}" if name[:1].isdigit() else name


def parser_step(parser: Parser) -> Step:
    """Return the step that adds a line's fields to its labels."""
    match parser:
        case JsonParser(wanted):
            if wanted:
                return _json_step(_decode_exactly, _chosen(wanted))
            return _json_step(_decode, _everything)
        case LogfmtParser(wanted, strict, keep_empty):
            return _logfmt_step(wanted, keep_empty=keep_empty, strict=strict)
        case RegexpParser(pattern):
            return _regexp_step(pattern)


def _json_step(
    decode: Callable[[str], tuple[Any, int]], use: Callable[[Row, dict[str, Any]], None]
) -> Step:
    def step(row: Row) -> bool:
        text = row.line.lstrip()
        # What follows the object is not looked at.
        if text.startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                use(row, decode(text)[0])
                return True
        row.fail(JSON_ERROR, _NO_OBJECT)
        return True

    return step


def _everything(row: Row, document: dict[str, Any]) -> None:
    _flatten(row, "", document)


def _flatten(row: Row, prefix: str, document: dict[str, Any]) -> None:
    for key, value in document.items():
        name = prefix + label_name(key) if prefix else label_name(key)
        if isinstance(value, str):
            row.extract(name, value)
        elif isinstance(value, bool):
            row.extract(name, "true" if value else "false")
        elif isinstance(value, dict):
            _flatten(row, f"{name}_", value)


def _chosen(wanted: tuple[Extraction, ...]) -> Callable[[Row, dict[str, Any]], None]:
    paths = [
        (item.label, [part[0] or part[2] or int(part[1]) for part in _PATH_PART.findall(item.path)])
        for item in wanted
    ]

    def use(row: Row, document: dict[str, Any]) -> None:
        for label, path in paths:
            row.extract(label, _text_at(document, path))

    return use


def _text_at(value: Any, path: list[str | int]) -> str:
    for part in path:
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return ""
    if isinstance(value, str):
        return value
    return "" if value is None else _written(value)


def _written(value: Any) -> str:
    if isinstance(value, _Spelled):
        return value
    if isinstance(value, dict):
        members = (f"{strings.quote(key)}:{_written(one)}" for key, one in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _logfmt_step(wanted: tuple[Extraction, ...], *, keep_empty: bool, strict: bool) -> Step:
    labels = {item.path: item.label for item in wanted}

    def step(row: Row) -> bool:
        if strict and row.line.count('"') % 2:
            row.fail("LogfmtParserErr", "logfmt syntax error: unterminated quoted value")
            return True
        for key, equals, value in _PAIR.findall(row.line):
            name = labels.get(key) if labels else label_name(key)
            if name is not None and (value or (keep_empty and equals)):
                row.extract(name, _unquoted(value))
        return True

    return step


def _unquoted(value: str) -> str:
    if not value.startswith('"') or len(value) < 2:
        return value
    try:
        return strings.unquote(value)
    except ValueError:
        return value[1:-1]


def _regexp_step(pattern: str) -> Step:
    compiled = compile_regex(pattern)

    def step(row: Row) -> bool:
        match = compiled.search(row.line)
        if match is not None:
            for name, value in match.groupdict().items():
                row.extract(name, value or "")
        return True

    return step
