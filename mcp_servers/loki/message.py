"""What a line says: its level and its message, out of JSON, logfmt or plain words."""

import json
import re
from dataclasses import dataclass
from typing import Any

from mcp_servers.loki import levels
from mcp_servers.loki.results import Entry

MAX_MESSAGE_CHARS = 2000
"""How much of a message takes part in its template."""

_LEVELS = ("level", "severity", "lvl", "log.level", "loglevel", "severity_text", "levelname")
_MESSAGES = (
    "msg",
    "message",
    "@message",
    "short_message",
    "event",
    "body",
    "text",
    "log",
    "detail",
    "description",
    "reason",
)
_ERRORS = ("error", "err", "exception", "exc_info", "error.message", "exception.message", "cause")
_STACKS = ("stack", "stack_trace", "stacktrace", "traceback", "error.stack_trace")
_NESTED = ("type", "class", "name", "message", "msg", "value")
_LOGFMT_FIELD = re.compile(r'(?:^|\s)([\w.@-]{1,40})=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_NOTHING = frozenset({"", "null", "none", "nil", "<nil>", "false"})
_PYTHON_STACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Saying:
    """A line, understood; `level` is None when nothing tells that it is bad."""

    level: str | None
    message: str


def understand(entry: Entry) -> Saying:
    """Return what a line says."""
    line = entry.line.strip()
    fields = _json_fields(line) if line.startswith("{") else _logfmt_fields(line)
    if fields is None:
        message = headline(line)
        return Saying(levels.of_labels(entry.labels) or levels.of_words(line), message)
    message = _message(fields)
    level = _own_level(fields) or levels.of_labels(entry.labels) or levels.of_words(message)
    if level is None and _first(fields, _ERRORS):
        level = "error"
    return Saying(level, message or headline(line))


def stack(line: str) -> tuple[str, ...]:
    """Return the rows of the stack trace that a line holds, in a field of its own or below its first row."""
    line = line.strip()
    fields = _json_fields(line) if line.startswith("{") else None
    if fields is None:
        told: list[Any] = [line]
    else:
        nested = [fields[name] for name in _ERRORS if isinstance(fields.get(name), dict)]
        told = [each.get(name) for each in (fields, *nested) for name in (*_STACKS, *_ERRORS)]
    texts = (item.strip() for item in told if isinstance(item, str))
    rows = next((item.splitlines() for item in texts if "\n" in item), [])
    return tuple(row for row in rows if row.strip())


def headline(text: str) -> str:
    """Return what a text of several lines is about: its first line, or a traceback's last."""
    text = text.strip()[: MAX_MESSAGE_CHARS * 8]
    if "\n" not in text:
        return text[:MAX_MESSAGE_CHARS]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = lines[0]
    if _PYTHON_STACK in first:
        lead = first.partition(_PYTHON_STACK)[0].strip()
        first = f"{lead} {lines[-1]}".strip()
    elif len(lines) > 1 and lines[1].startswith(_PYTHON_STACK):
        first = f"{first}: {lines[-1]}"
    return first[:MAX_MESSAGE_CHARS]


def _json_fields(line: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _logfmt_fields(line: str) -> dict[str, Any] | None:
    if "=" not in line:
        return None
    fields = {
        name: quoted.replace('\\"', '"').replace("\\n", "\n") if quoted else bare
        for name, quoted, bare in _LOGFMT_FIELD.findall(line[: MAX_MESSAGE_CHARS * 4])
    }
    speaks = any(name in fields for name in (*_LEVELS, *_MESSAGES[:2]))
    return fields if speaks else None


def _own_level(fields: dict[str, Any]) -> str | None:
    for name in (*_LEVELS, *(name.upper() for name in _LEVELS[:3]), "Level", "Severity"):
        level = levels.named(fields[name]) if name in fields else None
        if level:
            return level
    return None


def _message(fields: dict[str, Any]) -> str:
    message, error = _first(fields, _MESSAGES), _first(fields, _ERRORS) or _first(fields, _STACKS)
    if not message or error.startswith(message):
        return error
    return message if not error or error in message else f"{message}: {error}"[:MAX_MESSAGE_CHARS]


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of some fields that says something, as one line; empty when none does."""
    for name in names:
        value = fields.get(name)
        text = _nested(value) if isinstance(value, dict) else value
        if isinstance(text, list):
            text = "\n".join(str(item) for item in text[:50])
        if isinstance(text, str) and text.strip().lower() not in _NOTHING:
            return headline(text)
    return ""


def _nested(error: dict[str, Any]) -> str:
    parts = [error[name] for name in _NESTED if isinstance(error.get(name), str) and error[name]]
    return ": ".join(dict.fromkeys(parts[:3]))
