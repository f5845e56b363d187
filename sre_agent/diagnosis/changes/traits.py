"""What can be asked of a patch: what is gone, what is new, and what the lines that change speak of."""

import re
from collections.abc import Callable

from sre_agent.diagnosis.changes.patch import Patch
from sre_agent.diagnosis.changes.quantities import Turn

_CONDITION = re.compile(r"\b(?:if|unless|guard|assert|require|when)\b")
_ABSENCE = re.compile(
    r"\b(?:nil|null|None|undefined|Optional|isPresent|isEmpty|len|length|size|exists|has\w*|in|ok|not)\b|!"
)
_VALUE = re.compile(r"\d|true|false")
Trait = Callable[[Patch], bool]


def gone(words: str) -> Trait:
    """Return whether a token of this kind is there no more."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda patch: any(pattern.search(token) for token in patch.gone)


def new(words: str) -> Trait:
    """Return whether a token of this kind was not there before."""
    pattern = re.compile(words, re.IGNORECASE)
    return lambda patch: any(pattern.search(token) for token in patch.new)


def touched(words: str, *, in_numbers: bool = True) -> Trait:
    """Return whether a line that really changes speaks of something; where numbers are not meant, by more."""
    pattern = re.compile(words, re.IGNORECASE)

    def look(patch: Patch) -> bool:
        lines = (line for line in patch.changing if in_numbers or line not in patch.turns)
        return any(map(pattern.search, lines))

    return look


def less(words: str) -> Trait:
    """Return whether all quantities of something that are others now are less."""
    turns = _turns(words)
    return lambda patch: turns(patch) == {Turn.LESS}


def more(words: str) -> Trait:
    """Return whether all quantities of something that are others now are more."""
    turns = _turns(words)
    return lambda patch: turns(patch) == {Turn.MORE}


def set_anew(words: str) -> Trait:
    """Return whether quantities of something are others now, some less and some more, or nobody knows."""
    turns = _turns(words)
    return lambda patch: turns(patch) not in (set(), {Turn.LESS}, {Turn.MORE})


def _turns(words: str) -> Callable[[Patch], set[Turn]]:
    pattern = re.compile(words, re.IGNORECASE)

    def look(patch: Patch) -> set[Turn]:
        ends = (line for line in patch.changing if _VALUE.search(line))
        return {
            patch.turns.get(line, Turn.UNKNOWN)
            for line in {*patch.turns, *ends}
            if pattern.search(line)
        }

    return look


def unless_indexed(words: str) -> Trait:
    """Return whether a line that really changes speaks of something, and does more than add an index."""
    look = touched(words)
    return lambda patch: look(patch) and not is_only_indexed(patch)


def is_only_indexed(patch: Patch) -> bool:
    """Return whether a patch adds indexes to stored data, and does nothing else."""
    return bool(patch.added) and not patch.removed and all(map(_INDEX.search, patch.added))


def is_unlocking_lost(patch: Patch) -> bool:
    """Return whether what gave a lock back is gone, and what takes it is not."""
    return _UNLOCK(patch) and not _LOCK(patch)


def is_guard_lost(patch: Patch) -> bool:
    """Return whether what asked if something is there at all was taken away."""
    asks = any(_CONDITION.search(line) and _ABSENCE.search(line) for line in patch.removed)
    chains = any(mark in line for line in patch.removed for mark in ("?.", "??", ".get("))
    return (asks and patch.lost_conditions > 0) or (chains and not patch.is_rearranged)


def is_unset(patch: Patch) -> bool:
    """Return whether what a field was set to is gone, and the field is named no more."""
    named = (_SET.match(line) for line in patch.removed)
    return any(found and found["name"] in patch.names_gone for found in named)


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


_SET = re.compile(r"^\s*(?:self\.|this\.|@)?(?P<name>[A-Za-z_]\w*)\s*(?::|=(?!=)|:=)\s*\S")
_INDEX = re.compile(
    r"^\s*create (?:unique )?index\b(?! .*\bunique\b)|^\s*add_index\b", re.IGNORECASE
)
_UNLOCK, _LOCK = gone(r"^r?unlock$|^release$"), gone(r"^r?lock$|^acquire$|mutex|synchronized")
