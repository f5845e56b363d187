"""Changes that call private things by other names, each everywhere in the lines that are told.

Where one was forgotten, programs complain of the name that is gone, or fail in the file.
"""

import re
from collections.abc import Iterable, Sequence

from sre_agent.diagnosis.changes.sides import Sides

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d+|\s+|[^\w\s]")
_PRIVATE = re.compile(r"_[a-z]\w*")
"""Names that nothing outside a module or a class goes by, and that no message or table bears."""
_OF_OTHERS = re.compile(
    r"(?<!\bself)(?<!\bthis)(?<!\bcls)\s*\??\.\s*_[a-z]|[{,(]\s*_[a-z]\w*\s*:(?!:)"
)
"""A field of somebody else's, or a key: documents of some databases have such names."""


def is_renaming(hunks: Sequence[Sides]) -> bool:
    """Return whether all that hunks change is how private things are called, one name for one."""
    names: dict[str, str] = {}
    for hunk in hunks:
        if len(hunk.before) != len(hunk.after):
            return False
        for one, other in zip(hunk.before, hunk.after, strict=True):
            if one != other and not _is_renamed(one, other, names):
                return False
    before = _tokens(line for hunk in hunks for line in hunk.before)
    after = _tokens(line for hunk in hunks for line in hunk.after)
    is_one_for_one = len(set(names.values())) == len(names) > 0
    return is_one_for_one and after.isdisjoint(names) and before.isdisjoint(names.values())


def _is_renamed(one: str, other: str, names: dict[str, str]) -> bool:
    """Return whether a line is another one but for private names, which are noted in `names`."""
    old, new = _TOKEN.findall(one), _TOKEN.findall(other)
    if _OF_OTHERS.search(one) or _OF_OTHERS.search(other):
        return False
    if len(old) != len(new):
        return False
    pairs = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    return all(
        _PRIVATE.fullmatch(mine)
        and _PRIVATE.fullmatch(theirs)
        and names.setdefault(mine, theirs) == theirs
        for mine, theirs in pairs
    )


def _tokens(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(token for line in lines for token in _TOKEN.findall(line))
