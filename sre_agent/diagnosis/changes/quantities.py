"""Which way a quantity went from one line to another, where that can be told for sure."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import zip_longest

_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)(\s*\*\s*time\.[A-Z]\w+|[A-Za-z]{1,7}(?![\w.])|%)?"
)
_KI, _K = 1024.0, 1000.0
_TIMES: Mapping[str, float] = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("us", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "millis", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_SIZES: Mapping[str, float] = {
    "b": 1.0,
    **{unit + end: _K**power for power, unit in enumerate("kmgt", 1) for end in ("", "b")},
    **{unit + end: _KI**power for power, unit in enumerate("kmgt", 1) for end in ("i", "ib")},
}
_SHARES: Mapping[str, float] = {"m": 0.001, "": 1.0}
"""Of processors, in thousandths or whole."""
_FAMILIES = (_TIMES, _SIZES, _SHARES)


class Turn(Enum):
    """Which way a quantity went."""

    LESS = "less"
    MORE = "more"
    UNKNOWN = "unknown"
    """It was set or left out, is a switch, or is told in ways that cannot be compared."""


def turn(before: str, after: str) -> Turn:
    """Return which way the quantities of a line went: known where all that differ went the same way.

    Nothing else may differ, since a word may be the unit; and to many programs none, or less than
    none, means without bound.
    """
    if _QUANTITY.sub("#", before).split() != _QUANTITY.sub("#", after).split():
        return Turn.UNKNOWN
    found = set(_turns(before, after))
    return found.pop() if len(found) == 1 else Turn.UNKNOWN


def _turns(before: str, after: str) -> Iterator[Turn]:
    for one, other in zip_longest(_QUANTITY.finditer(before), _QUANTITY.finditer(after)):
        if one is None or other is None:
            yield Turn.UNKNOWN
        elif one[0] != other[0]:
            is_bound = before[: one.start()].endswith("-") or after[: other.start()].endswith("-")
            yield Turn.UNKNOWN if is_bound else _compared(one, other)


def _compared(one: re.Match[str], other: re.Match[str]) -> Turn:
    first, second = float(one[1]), float(other[1])
    units = [_unit(each[2] or "") for each in (one, other)]
    scales = next(
        (
            [family[unit] for unit in units]
            for family in _FAMILIES
            if all(unit in family for unit in units)
        ),
        None,
    )
    if not first or not second or (units[0] != units[1] and scales is None):
        return Turn.UNKNOWN
    if units[0] != units[1] and scales is not None:
        first, second = first * scales[0], second * scales[1]
    if first == second:
        return Turn.UNKNOWN
    return Turn.LESS if second < first else Turn.MORE


def _unit(text: str) -> str:
    return text.replace("*", "").strip().lower().removeprefix("time.")
