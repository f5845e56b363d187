"""Patterns of whole paths as git reads them: `*`, `?`, `**`, `[...]` with ranges and classes, and escapes.

Signs are bytes, as they are to git: paths and patterns come as texts in which each sign is one byte.
"""

import re
import string
from collections.abc import Sequence

_Signs = frozenset[str]

_STAR, _ANY, _SKIP = "*", "**", "**/"
"""Any signs without a slash; any signs at all; any folders or none, before `_ANY` and a slash."""
_NONE = _Signs()
_ALL = _Signs(map(chr, range(1, 256)))
_IN_PART = _ALL - {"/"}
_CLASSES = {
    "alpha": _Signs(string.ascii_letters),
    "digit": _Signs(string.digits),
    "alnum": _Signs(string.ascii_letters + string.digits),
    "upper": _Signs(string.ascii_uppercase),
    "lower": _Signs(string.ascii_lowercase),
    "space": _Signs(" \t\n\r"),
    "blank": _Signs(" \t"),
    "punct": _Signs(string.punctuation),
    "xdigit": _Signs(string.hexdigits),
    "graph": _Signs(map(chr, range(0x21, 0x7F))),
    "print": _Signs(map(chr, range(0x20, 0x7F))),
    "cntrl": _Signs(map(chr, [*range(1, 0x20), 0x7F])),
}
_PLAIN = re.compile(r"[^*?\[\\]*")
_NAMED = re.compile(r"\[:([^\]]*):\]")
_STARS = re.compile(r"\*+")


def is_match(pattern: str, path: str) -> bool:
    """Return whether a path is as a pattern asks; the work grows with both and no faster."""
    # git compares what is plain first: two stars right behind it stand at a beginning then.
    plain = _PLAIN.match(pattern)
    begun = plain.end() if plain else 0
    if not path.startswith(pattern[:begun]):
        return False
    wanted = _steps(pattern[begun:])
    reached = _through(wanted, {0})
    for sign in path[begun:]:
        if not reached:
            return False
        reached = _through(wanted, _after(wanted, reached, sign))
    return len(wanted) in reached


def _after(wanted: Sequence[str | _Signs], reached: set[int], sign: str) -> set[int]:
    found = set[int]()
    for at in reached - {len(wanted)}:
        step = wanted[at]
        if isinstance(step, frozenset):
            found |= {at + 1} if sign in step else set()
        elif step == _ANY or (step == _STAR and sign != "/"):
            found.add(at)
    return found


def _through(wanted: Sequence[str | _Signs], reached: set[int]) -> set[int]:
    """Return every place that is reached when stars may also be of nothing."""
    found, open_ = set(reached), [*reached]
    while open_:
        at = open_.pop()
        step = wanted[at] if at < len(wanted) else _NONE
        nexts = {at + 1, at + 3} if step == _SKIP else {at + 1} if isinstance(step, str) else set()
        open_ += nexts - found
        found |= nexts
    return found


def _steps(pattern: str) -> list[str | _Signs]:
    """Return what a pattern asks for, one after the other."""
    steps, at = list[str | _Signs](), 0
    while at < len(pattern):
        sign = pattern[at]
        if stars := _STARS.match(pattern, at):
            steps += _of_stars(pattern, at, stars.end())
            at = stars.end()
        elif sign == "[":
            signs, at = _of_set(pattern, at + 1)
            steps.append(signs)
        elif sign == "\\":
            steps.append(_Signs(pattern[at + 1 : at + 2]))
            at += 2
        else:
            steps.append(_IN_PART if sign == "?" else _Signs(sign))
            at += 1
    return steps


def _of_stars(pattern: str, start: int, end: int) -> list[str | _Signs]:
    # Several stars are of any depth only where they are a whole part of the path.
    is_begun = start == 0 or pattern[start - 1] == "/"
    is_ended = end == len(pattern) or pattern.startswith(("/", "\\/"), end)
    if end - start == 1 or not (is_begun and is_ended):
        return [_STAR]
    return [_SKIP, _ANY] if pattern.startswith("/", end) else [_ANY]


def _of_set(pattern: str, at: int) -> tuple[_Signs, int]:
    """Return the signs of a set and where it ends; one that does not end, or names no class, is of none."""
    is_negated = pattern.startswith(("!", "^"), at)
    at += is_negated
    signs, former, is_first = set[str](), "", True
    while is_first or not pattern.startswith("]", at):
        is_first = False
        if named := _NAMED.match(pattern, at):
            if named[1] not in _CLASSES:
                return _NONE, len(pattern)
            signs |= _CLASSES[named[1]]
            former, at = "", named.end()
            continue
        is_range = (
            former and pattern.startswith("-", at) and pattern[at + 1 : at + 2] not in {"", "]"}
        )
        sign, at = _literal(pattern, at + bool(is_range))
        if not sign:
            return _NONE, len(pattern)
        signs |= {each for each in _ALL if former <= each <= sign} if is_range else {sign}
        former = "" if is_range else sign
    return (_IN_PART - signs if is_negated else _IN_PART & signs), at + 1


def _literal(pattern: str, at: int) -> tuple[str, int]:
    """Return the sign that stands somewhere, escaped or not, and where the next one stands."""
    at += pattern.startswith("\\", at)
    return pattern[at : at + 1], at + 1
