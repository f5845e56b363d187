"""Finding the moment from which a signal runs higher than it used to.

The shift is located where two medians fit the series best in least absolute deviations (Bai, "Least
absolute deviation estimation of a shift", Econometric Theory 11(3), 1995), which outliers do not
move. It counts when it exceeds the scatter before it, measured by the median absolute deviation
(Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974), and a floor that
says what matters to people.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from sre_agent.domain.observations.samples import Point, Samples

MAD_TO_SIGMA = 1.4826
"""The scatter of a normal distribution in units of its median absolute deviation."""
SIGMAS = 4.0
"""How far beyond the scatter before it a level has to lie."""
MIN_BEFORE = 3
"""Points that a baseline needs."""
RECENT = 3
"""Points at the end that say how the signal is now."""
CHANCE = 0.01
"""A pause that an episode as steady as this one makes less often than so ended an earlier one."""
LEAST_PAUSE = 2
"""Points; one point back in range may be a sample that was missed."""
MAX_POINTS = 240
"""Longer series are thinned to this: the search is quadratic."""


@dataclass(frozen=True)
class Shift:
    """A rise: from which level, to which, since when, and whether it lasts.

    `onset_at` is the first point that is out of the old range; `step_s` is how finely it is known.
    `calm_since` is when an earlier episode had ended before this one, None where none is seen.
    """

    baseline: float
    level: float
    onset_at: datetime
    is_lasting: bool
    step_s: float
    calm_since: datetime | None = None


@dataclass(frozen=True)
class Floor:
    """The least rise that matters: in the series' own unit, and as a share of the level before."""

    absolute: float
    relative: float

    def bound(self, values: Sequence[float]) -> float:
        """Return up to where values are in the range of these."""
        level = median(values)
        scatter = MAD_TO_SIGMA * median(abs(value - level) for value in values)
        return level + max(SIGMAS * scatter, self.absolute, self.relative * abs(level))


def rise(points: Sequence[Point], *, floor: float, relative_floor: float = 0.0) -> Shift | None:
    """Return the latest rise of a series, or None when it never left its range.

    Args:
        points: oldest first.
        floor: the least rise that matters, in the series' own unit.
        relative_floor: the least rise that matters, as a share of the level before it.
    """
    return _last_rise(_thinned(points), Floor(floor, relative_floor))


def _last_rise(points: Sequence[Point], floor: Floor) -> Shift | None:
    """Return the last rise: where a fall fits best, what was before it may be an earlier story."""
    values = Samples.of(points).values
    fits = _fits(values)
    if not fits:
        return None
    best = fits[0].index
    if median(values[:best]) > floor.bound(values[best:]):
        again = _last_rise(points[best:], floor)
        if again and again.is_lasting:
            return replace(again, calm_since=again.calm_since or points[best].at)
    upward = next((fit.index for fit in fits if fit.is_rise), None)
    return _shift(points, upward, floor) if upward is not None else None


def _shift(points: Sequence[Point], split: int, floor: Floor) -> Shift | None:
    values = Samples.of(points).values
    bound, level = floor.bound(values[:split]), median(values[split:])
    if level <= bound:
        return None
    onset, calm = _episode(values, split, bound)
    return Shift(
        baseline=median(values[:split]),
        level=level,
        onset_at=points[onset].at,
        is_lasting=median(values[-RECENT:]) > bound or _jumped_last(values, bound, floor),
        step_s=_step_s(points),
        calm_since=points[calm].at if calm is not None else None,
    )


def current(points: Sequence[Point]) -> float | None:
    """Return the level a series has now: the median of its newest points, or None without any."""
    return median(point.value for point in points[-RECENT:]) if points else None


def _episode(values: Sequence[float], split: int, bound: float) -> tuple[int, int | None]:
    """Return where the last episode out of range begins, and the pause before it, if any.

    It is followed back from the end to the split and beyond it as far as values are out of range.
    """
    first = split
    while first > 0 and values[first - 1] > bound:
        first -= 1
    out = [index for index in range(first, len(values)) if values[index] > bound]
    onset, paused = out[-1], 0
    for index in out[-2::-1]:
        pause = onset - index - 1
        if _is_end(pause, length=out[-1] - onset + 1, paused=paused):
            return onset, index + 1
        onset, paused = index, paused + pause
    return onset, None


def _is_end(pause: int, *, length: int, paused: int) -> bool:
    """Return whether a pause is too long for an episode that pauses in so many of its points."""
    share = (paused + 1) / (length + 2)
    return bool(pause >= LEAST_PAUSE and share**pause < CHANCE)


def _jumped_last(values: Sequence[float], bound: float, floor: Floor) -> bool:
    """Return whether the very last point jumped far out: there is no second one yet to confirm."""
    return values[-1] > bound + 2 * floor.absolute


@dataclass(frozen=True)
class _Fit:
    """How badly two medians fit a series that is split at an index."""

    cost: float
    index: int
    is_rise: bool


def _fits(values: Sequence[float]) -> list[_Fit]:
    """Return the splits by how well two medians fit, best first; none when it is too short."""
    if len(values) <= MIN_BEFORE:
        return []
    left, right = _spreads(values), _spreads(values[::-1])[::-1]
    found = [
        _Fit(left[split - 1][0] + right[split][0], split, right[split][1] > left[split - 1][1])
        for split in range(MIN_BEFORE, len(values))
    ]
    return sorted(found, key=lambda fit: (fit.cost, fit.index))


def _spreads(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return, for each prefix, the sum of absolute deviations from its median, and the median."""
    ordered: list[float] = []
    found = []
    for value in values:
        insort(ordered, value)
        half = len(ordered) // 2
        spread = sum(ordered[len(ordered) - half :]) - sum(ordered[:half])
        found.append((spread, (ordered[half] + ordered[-1 - half]) / 2))
    return found


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    stride = -(-len(points) // MAX_POINTS) if points else 1
    return points[::-1][::stride][::-1]


def _step_s(points: Sequence[Point]) -> float:
    span_s = (points[-1].at - points[0].at).total_seconds()
    return span_s / (len(points) - 1)
