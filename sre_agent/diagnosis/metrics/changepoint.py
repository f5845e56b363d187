"""Finding the moment from which a signal runs higher than it used to.

The shift is located where two medians fit the series best in least absolute deviations (Bai, "Least
absolute deviation estimation of a shift", Econometric Theory 11(3), 1995), which outliers do not
move. It counts when it exceeds the scatter before it, measured by the median absolute deviation
(Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974), and a floor that
says what matters to people.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sre_agent.domain.observations.metrics import Point

MAD_TO_SIGMA = 1.4826
"""The scatter of a normal distribution in units of its median absolute deviation."""
SIGMAS = 4.0
"""How far beyond the scatter before it a level has to lie."""
MIN_BEFORE = 3
"""Points that a baseline needs."""
RECENT = 3
"""Points at the end that say how the signal is now."""
RECOVERED = 6
"""Points in a row back in the old range that end an earlier episode."""
MAX_POINTS = 240
"""Longer series are thinned to this: the search is quadratic."""


@dataclass(frozen=True)
class Shift:
    """A rise: from which level, to which, since when, and whether it lasts.

    `onset_at` is the first point that is out of the old range; `step_s` is how finely it is known.
    """

    baseline: float
    level: float
    onset_at: datetime
    is_lasting: bool
    step_s: float


def rise(points: Sequence[Point], *, floor: float, relative_floor: float = 0.0) -> Shift | None:
    """Return the rise of a series, or None when it never left its range.

    Args:
        points: oldest first.
        floor: the least rise that matters, in the series' own unit.
        relative_floor: the least rise that matters, as a share of the level before it.
    """
    points = _thinned(points)
    values = [point.value for point in points]
    split = _best_split(values)
    if split is None:
        return None
    before = values[:split]
    baseline = median(before)
    scatter = MAD_TO_SIGMA * median(abs(value - baseline) for value in before)
    bound = baseline + max(SIGMAS * scatter, floor, relative_floor * abs(baseline))
    level = median(values[split:])
    if level <= bound:
        return None
    return Shift(
        baseline=baseline,
        level=level,
        onset_at=points[_onset(values, split, bound)].at,
        is_lasting=median(values[-RECENT:]) > bound or _jumped_last(values, bound, floor),
        step_s=_step_s(points),
    )


def current(points: Sequence[Point]) -> float | None:
    """Return the level a series has now: the median of its newest points, or None without any."""
    return median(point.value for point in points[-RECENT:]) if points else None


def _onset(values: Sequence[float], split: int, bound: float) -> int:
    """Return where the last episode out of range begins, looking around the split."""
    onset = split
    while onset > 0 and values[onset - 1] > bound:
        onset -= 1
    quiet = RECOVERED if values[onset] <= bound else 0
    for index in range(onset, len(values)):
        if values[index] <= bound:
            quiet += 1
        else:
            onset, quiet = (index, 0) if quiet >= RECOVERED else (onset, 0)
    return onset


def _jumped_last(values: Sequence[float], bound: float, floor: float) -> bool:
    """Return whether the very last point jumped far out: there is no second one yet to confirm."""
    return values[-1] > bound + 2 * floor


def _best_split(values: Sequence[float]) -> int | None:
    """Return the index at which two medians fit best, or None when the series is too short."""
    if len(values) <= MIN_BEFORE:
        return None
    left = _deviations(values)
    right = _deviations(values[::-1])
    costs = {
        split: left[split - 1] + right[len(values) - split - 1]
        for split in range(MIN_BEFORE, len(values))
    }
    return min(costs, key=lambda split: (costs[split], split))


def _deviations(values: Sequence[float]) -> list[float]:
    """Return, for each prefix, the sum of absolute deviations from the prefix's median."""
    ordered: list[float] = []
    sums = []
    for value in values:
        insort(ordered, value)
        half = len(ordered) // 2
        sums.append(sum(ordered[len(ordered) - half :]) - sum(ordered[:half]))
    return sums


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    stride = -(-len(points) // MAX_POINTS) if points else 1
    return points[::-1][::stride][::-1]


def _step_s(points: Sequence[Point]) -> float:
    span_s = (points[-1].at - points[0].at).total_seconds()
    return span_s / (len(points) - 1)
