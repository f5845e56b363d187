"""Text of others made safe to show: it may say anything, and steer nothing."""

import unicodedata
from typing import Any

_KEPT = "\n\t"
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, invisible formatting such as changes of direction, halves of pairs, line separators."""

_JOINER = "\N{ZERO WIDTH JOINER}"
"""Holds emoji of several parts together, and changes nothing else."""


def plain(value: Any) -> Any:
    """Return JSON with every character that steers a terminal replaced by one that is seen.

    A log line or a label can otherwise colour, hide, move or overwrite what stands around it.
    """
    match value:
        case str():
            # Nearly all text is plain already; that costs one look.
            return value if value.isprintable() else "".join(map(_shown, value))
        case list():
            return [plain(item) for item in value]
        case dict():
            return {plain(key): plain(item) for key, item in value.items()}
        case _:
            return value


def _shown(char: str) -> str:
    if char in _KEPT or char == _JOINER or unicodedata.category(char) not in _STEERING:
        return char
    return "\N{REPLACEMENT CHARACTER}"
