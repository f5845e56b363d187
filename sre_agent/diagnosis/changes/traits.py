"""What can be asked of a patch: what is gone, what is new, and what the lines that change speak of."""

import re
from collections.abc import Callable

from sre_agent.diagnosis.changes.patch import Patch

_CONDITION = re.compile(r"\b(?:if|unless|guard|assert|require|when)\b")
_ABSENCE = re.compile(
    r"\b(?:nil|null|None|undefined|Optional|isPresent|isEmpty|len|length|size|exists|has\w*|in|ok|not)\b|!"
)
Trait = Callable[[Patch], bool]


def gone(words: str) -> Trait:
    """Return whether a token of this kind is there no more."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda patch: any(pattern.search(token) for token in patch.gone)


def new(words: str) -> Trait:
    """Return whether a token of this kind was not there before."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda patch: any(pattern.search(token) for token in patch.new)


def touched(words: str) -> Trait:
    """Return whether a line that really changes speaks of something."""
    pattern = re.compile(words, re.IGNORECASE)

    def look(patch: Patch) -> bool:
        return any(pattern.search(line) for line in patch.changing)

    return look


def quantity(words: str) -> Trait:
    """Return whether a quantity of something is another one now, or was set or left out."""
    pattern = re.compile(words, re.IGNORECASE)

    def look(patch: Patch) -> bool:
        if any(pattern.search(line) for line in patch.numbers):
            return True
        ends = (line for line in patch.changing if re.search(r"\d|true|false", line))
        return any(pattern.search(line) for line in ends)

    return look


def is_guard_lost(patch: Patch) -> bool:
    """Return whether what asked if something is there at all was taken away."""
    asks = any(_CONDITION.search(line) and _ABSENCE.search(line) for line in patch.removed)
    chains = any(mark in line for line in patch.removed for mark in ("?.", "??", ".get("))
    return (asks and patch.lost_conditions > 0) or (chains and not patch.is_rearranged)


def is_made_in_loop(patch: Patch) -> bool:
    """Return whether calls that were made at once are made for each element now."""
    added = "\n".join(patch.added + patch.kept)
    loops = re.search(r"\bfor\b|\bforEach\b|\.map\(|\bwhile\b", added)
    asks = re.search(
        r"(?:query|find|fetch|get|load|select|call|exec)\w*\(",
        "\n".join(patch.added),
        re.IGNORECASE,
    )
    batched = re.search(
        r"batch|bulk|many|all|\bin\b|join|preload|prefetch|select_related|includes",
        "\n".join(patch.removed),
        re.IGNORECASE,
    )
    return bool(loops and asks and (batched or not patch.removed))
