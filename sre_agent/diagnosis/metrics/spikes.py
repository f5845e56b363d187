"""What rose and came back: when, how high, and since when it is over. Why, signals do not tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.diagnosis.metrics.changepoint import Floor
from sre_agent.diagnosis.metrics.health import (
    ERROR_FLOOR,
    LATENCY_FLOOR_S,
    LATENCY_RELATIVE_FLOOR,
)
from sre_agent.domain.observations.metrics import Point, SignalGroup


@dataclass(frozen=True)
class Spike:
    """A rise that is over: from its first point out of range to the first one back in it."""

    began_at: datetime
    ended_at: datetime
    peak: float
    statement: str


def last(group: SignalGroup) -> Spike | None:
    """Return the last spike of a group's errors, else of its latency, or None without any."""
    errors = _last(group.errors.points, Floor(ERROR_FLOOR, 0.0))
    if errors:
        return _told(errors, f"errors rose to {errors[2]:.1%}")
    latency = group.latency_p99
    slow = _last(latency.points if latency else (), Floor(LATENCY_FLOOR_S, LATENCY_RELATIVE_FLOOR))
    return _told(slow, f"p99 latency rose to {slow[2]:.3g} s") if slow else None


_Span = tuple[datetime, datetime, float]


def _last(points: Sequence[Point], floor: Floor) -> _Span | None:
    """Return the bounds and the peak of the last run of points out of range that is over."""
    if not points:
        return None
    bound = floor.bound([point.value for point in points])
    out = [index for index, point in enumerate(points) if point.value > bound]
    if not out or out[-1] == len(points) - 1:
        return None
    first = out[-1]
    while first - 1 in out:
        first -= 1
    run = points[first : out[-1] + 1]
    return run[0].at, points[out[-1] + 1].at, max(point.value for point in run)


def _told(span: _Span, what: str) -> Spike:
    began_at, ended_at, peak = span
    statement = f"{what} at {began_at:%H:%M:%S} and came back: normal since {ended_at:%H:%M:%S}"
    return Spike(began_at, ended_at, peak, statement)
