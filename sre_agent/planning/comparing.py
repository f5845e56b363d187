"""Whether values are clearly higher or lower than before, whatever their distribution: by dominance.

Source: N. Cliff, "Dominance statistics: ordinal analyses to answer ordinal questions", Psychological
Bulletin 114 (1993). Cliff's delta is the share of pairs in which a later value is the higher one, less
the share in which it is the lower one. Here a pair counts only beyond a margin that matters to people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from typing_extensions import override

FEWEST = 4
"""Among fewer values than this on either side nothing is clear: a single sample proves nothing."""
CLEAR = 0.8
"""A delta from here on is clear; 0.474 is called large, but points of a rate overlap in what they see."""


class Trend(StrEnum):
    """How later values stand to earlier ones."""

    HIGHER = "higher"
    LOWER = "lower"
    ALIKE = "alike"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Margin:
    """How much higher a value has to be than another to matter: so many times, and so much more."""

    times: float
    more: float

    def exceeds(self, value: float, other: float) -> bool:
        """Return whether a value is higher than another by more than the margin."""
        return value > self.times * other + self.more


@dataclass(frozen=True)
class Comparison:
    """How values moved: the medians before and after, and Cliff's delta from -1 to 1."""

    trend: Trend
    before: float
    after: float
    delta: float

    @override
    def __str__(self) -> str:
        """Return the numbers as people read them."""
        return f"{self.before:.3g} before, {self.after:.3g} after (delta {self.delta:+.2f})"


UNCOMPARED = Comparison(Trend.UNKNOWN, 0.0, 0.0, 0.0)


def compare(before: Sequence[float], after: Sequence[float], margin: Margin) -> Comparison:
    """Return how later values stand to earlier ones; the order within either does not count."""
    if min(len(before), len(after)) < FEWEST:
        return UNCOMPARED
    pairs = [(old, new) for old in before for new in after]
    higher = sum(margin.exceeds(new, old) for old, new in pairs)
    lower = sum(margin.exceeds(old, new) for old, new in pairs)
    delta = (higher - lower) / len(pairs)
    trend = Trend.ALIKE
    if abs(delta) >= CLEAR:
        trend = Trend.HIGHER if delta > 0 else Trend.LOWER
    return Comparison(trend, median(before), median(after), delta)
