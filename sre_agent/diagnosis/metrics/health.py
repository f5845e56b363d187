"""Whether a service suffers, seen from the requests it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sre_agent.diagnosis.metrics.changepoint import Shift, current, rise
from sre_agent.domain.observations.metrics import Point, Signal, SignalGroup

ERROR_FLOOR = 0.01
"""A rise of the error ratio below one request in a hundred is not what anyone is paged for."""
ERROR_CEILING = 0.05
"""An error ratio above this is unhealthy also when no better time is on record."""
LATENCY_FLOOR_S = 0.05
LATENCY_RELATIVE_FLOOR = 0.5
"""Latency has to rise by half, and by what a person could notice."""
STALE_AFTER_STEPS = 4
STALE_AFTER_S = 60.0
"""A signal whose newest point is older than this says nothing about now."""


@dataclass(frozen=True)
class Health:
    """The signals of one service or group, judged.

    `errors` and `latency` are rises that last; `is_measured` says that requests were counted lately,
    so that the absence of a rise means something. `error_ratio` is the ratio now, and
    `high_since` is set instead of a rise when errors are high and no better time shows what they
    were; then `is_high_from_the_start` says that they may have been so before the first point.
    """

    errors: Shift | None
    latency: Shift | None
    is_measured: bool
    error_ratio: float | None
    high_since: datetime | None = None
    is_high_from_the_start: bool = False

    @property
    def is_unhealthy(self) -> bool:
        """Return whether something is worse now than it was, or bad all along."""
        return bool(self.errors or self.latency or self.high_since)

    @property
    def is_normal(self) -> bool:
        """Return whether requests are served as before: not the same as knowing nothing."""
        return self.is_measured and not self.is_unhealthy

    @property
    def onset_at(self) -> datetime | None:
        """Return when the first of the rises began."""
        starts = [shift.onset_at for shift in (self.errors, self.latency) if shift]
        if self.high_since:
            starts.append(self.high_since)
        return min(starts) if starts else None

    @property
    def calm_since(self) -> datetime | None:
        """Return when an earlier episode had ended before the one that began at the onset."""
        first = [item for item in (self.errors, self.latency) if item]
        return next((item.calm_since for item in first if item.onset_at == self.onset_at), None)

    @property
    def step_s(self) -> float:
        """Return how finely the onset is known, in seconds."""
        return max((shift.step_s for shift in (self.errors, self.latency) if shift), default=0.0)

    @property
    def statement(self) -> str:
        """Return what is wrong, as part of a sentence."""
        parts = []
        if self.errors:
            parts.append(f"errors rose from {self.errors.baseline:.1%} to {self.errors.level:.1%}")
        elif self.high_since:
            parts.append(f"errors are at {self.error_ratio or 0.0:.1%}")
        if self.latency:
            parts.append(
                f"p99 latency rose from {self.latency.baseline:.3g} s to {self.latency.level:.3g} s"
            )
        return " and ".join(parts) or "signals are as before"


def judge(group: SignalGroup, end: datetime, step_s: float) -> Health:
    """Return the health that the signals of a group show at the end of their window."""
    fresh_after = end - timedelta(seconds=max(STALE_AFTER_S, STALE_AFTER_STEPS * step_s))
    errors, latency = _errors(group.errors, fresh_after), _latency(group.latency_p99, fresh_after)
    ratio = current(group.errors.points) if _is_fresh(group.errors.points, fresh_after) else None
    is_high = ratio is not None and ratio > ERROR_CEILING and errors is None
    high_since = _high_since(group.errors.points) if is_high else None
    return Health(
        errors=errors,
        latency=latency,
        is_measured=_is_measured(group, fresh_after),
        error_ratio=ratio,
        high_since=high_since,
        is_high_from_the_start=is_high and high_since == group.errors.points[0].at,
    )


def _errors(signal: Signal, fresh_after: datetime) -> Shift | None:
    return _lasting(rise(signal.points, floor=ERROR_FLOOR), signal.points, fresh_after)


def _latency(signal: Signal | None, fresh_after: datetime) -> Shift | None:
    if signal is None:
        return None
    shift = rise(signal.points, floor=LATENCY_FLOOR_S, relative_floor=LATENCY_RELATIVE_FLOOR)
    return _lasting(shift, signal.points, fresh_after)


def _lasting(shift: Shift | None, points: Sequence[Point], fresh_after: datetime) -> Shift | None:
    return shift if shift and shift.is_lasting and _is_fresh(points, fresh_after) else None


def _is_fresh(points: Sequence[Point], fresh_after: datetime) -> bool:
    return bool(points) and points[-1].at >= fresh_after


def _is_measured(group: SignalGroup, fresh_after: datetime) -> bool:
    has_traffic = (current(group.traffic.points) or 0.0) > 0.0
    return (
        has_traffic
        and _is_fresh(group.traffic.points, fresh_after)
        and _is_fresh(group.errors.points, fresh_after)
    )


def _high_since(points: Sequence[Point]) -> datetime:
    """Return the start of the run of high points that reaches to the end."""
    since = points[-1].at
    for point in reversed(points):
        if point.value <= ERROR_CEILING:
            break
        since = point.at
    return since
