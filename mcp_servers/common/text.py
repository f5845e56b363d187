"""Text of the systems made fit to be shown: bounded, printable, without secrets.

Every expression here does work that grows with the line and no faster, because the writer of a log line may be hostile.
"""

import re
from collections.abc import Mapping
from functools import partial

from mcp_servers.common import limits, source_secrets
from mcp_servers.common.secret_names import LOOKUP, Shape
from mcp_servers.common.secret_shapes import STORED

REDACTED = "[redacted]"

_READ_CHARS = 16_000
"""How much of a line is looked at; what comes after it is never shown."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))")
_UNPRINTABLE = re.compile(
    # Controls, directions and joints that hide text, and halves of characters.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile(r"(?<![ \t])[ \t]*(?:\r\n|\n|\r|\t)\s*")

_NAMED = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|authorization|cookie|session[_-]?id)"
)
_HINT = re.compile(
    _NAMED + r"|bearer|basic |://|BEGIN |eyJ|AKIA|ASIA|gh[pousr]_|github_pat|xox|AIza|[srp]k[-_]",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END|\Z)", re.DOTALL),
        REDACTED,
    ),
    (
        # From the start of a run of such characters, so that no run is looked through twice.
        re.compile(r"(?<![\w-])(?=[\w-]++\.)([\w-]*?)\beyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*)?"),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"\b(bearer|basic)[^\S\n]{1,3}[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"://([^\s:/@]{0,100}):[^\s/@]{1,200}@"), rf"://\1:{REDACTED}@"),
    (
        re.compile(
            rf"((?!secret_?name){_NAMED}[\w.-]{{0,40}}\\?[\"']?[^\S\n]{{0,3}}+(?>:=|=>|[=:]={{0,2}}|!={{1,2}})[^\S\n]{{0,3}}+)"
            rf"(?!\[redacted\]|{LOOKUP})"
            r"(?:[bru]{0,2}\\?\"[^\"\n]{1,400}\"?|[bru]{0,2}'[^'\n]{1,400}'?|(?:bearer|basic)[^\S\n][^\s\"',;&]+|[^\s\"',;&}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), REDACTED),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"), REDACTED),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"), REDACTED),
    (re.compile(r"\b[srp]k[-_](?:live|test|proj|ant)[-_][\w-]{10,}"), REDACTED),
    (re.compile(r"\bAIza[\w-]{30,}"), REDACTED),
)
_SECRET_LABEL = re.compile(rf"{_NAMED}s?$", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return the text with passwords, tokens and keys blotted out; doing it twice is harmless."""
    if _HINT.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


def without_secrets_line_by_line(text: str, path: str = "") -> str:
    """Return a file, a part of one or a diff without secrets, its lines as many, signed and in order as before.

    Args:
        text: the lines.
        path: the file that they are of, where they do not say so themselves.
    """
    text = source_secrets.masked(text, REDACTED, path)
    for shape in STORED:
        text = shape.pattern.sub(_blotted, text)
    if _HINT.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(partial(_as_long, replacement), text)
    return text


def _blotted(found: re.Match[str]) -> str:
    start, end = (place - found.start() for place in Shape.span(found))
    return f"{found[0][:start]}{REDACTED}{found[0][end:]}"


def _as_long(replacement: str, found: re.Match[str]) -> str:
    instead = found.expand(replacement)
    return instead + "\n" * (found[0].count("\n") - instead.count("\n"))


def printable(text: str) -> str:
    """Return the text on one line, without control characters and terminal escapes."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", _ESCAPES.sub("", text)))


def shown(text: str, limit: int = limits.MAX_TEXT_CHARS) -> str:
    """Return a line as it may be shown, at most `limit` characters of it."""
    cleaned = without_secrets(printable(text[:_READ_CHARS]))
    unread = len(text) - _READ_CHARS
    if unread <= 0:
        return limits.cut(cleaned, limit)
    return f"{cleaned[:limit]}… ({len(cleaned[limit:]) + unread} more characters)"


def shown_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels as they may be shown; parsers make labels of whatever a line holds."""
    return {
        shown(name, 200): REDACTED if value and _SECRET_LABEL.search(name) else shown(value, 500)
        for name, value in labels.items()
    }
