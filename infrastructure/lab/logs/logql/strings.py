"""String literals: Go's quoting and unquoting."""

import json
import re

_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL
)
_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}


def _unescape(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if match[group]:
            return chr(int(match[group], base))
    if match[5] not in _SIMPLE:
        raise ValueError("invalid char escape")
    return _SIMPLE[match[5]]


def unquote(literal: str) -> str:
    """Return what a quoted literal stands for; between backticks nothing is special.

    Raises:
        ValueError: an escape that Go does not know.
    """
    inner = literal[1:-1]
    if literal[0] == "`" or "\\" not in inner:
        return inner
    return _ESCAPE.sub(_unescape, inner)


def quote(text: str) -> str:
    """Write a text between double quotes."""
    return json.dumps(text, ensure_ascii=False)


def write_labels(labels: dict[str, str]) -> str:
    """Write labels as Loki prints them: `{app="x", pod="y"}`."""
    return "{" + ", ".join(f"{name}={quote(labels[name])}" for name in sorted(labels)) + "}"
