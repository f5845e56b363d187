"""Whether golden signals kept to their bound long enough, with traffic to show for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from sre_agent.domain.observations.metrics import GoldenSignals, Point, Signal
from sre_agent.domain.plan import SignalBound

STALE_AFTER_STEPS = 3
STALE_AFTER_LEAST_S = 15.0
LEAST_COVERAGE = 0.6
"""Share of the samples of a hold that have to be there."""


class Standing(StrEnum):
    """What a check says: it holds, the data speak against it, or there are no data."""

    GOOD = "good"
    BAD = "bad"
    SILENT = "no data"


@dataclass(frozen=True)
class Check:
    """One thing that was checked."""

    standing: Standing
    reason: str


@dataclass(frozen=True)
class Span:
    """Since when data count, what time it is, and for how long a bound has to hold."""

    since: datetime
    now: datetime
    hold_s: float


def check(signals: GoldenSignals, bound: SignalBound, span: Span) -> Check:
    """Return whether signals held their bound to the end of their window."""
    name = f"{bound.namespace}/{bound.service}"
    total = signals.total
    traffic = _held(total.traffic, signals.step_s, span)
    if traffic is None:
        return Check(Standing.SILENT, f"{name}: no fresh traffic data since the action")
    rps = median(point.value for point in traffic)
    if rps < bound.min_traffic_rps:
        least = f"{bound.min_traffic_rps:.3g}"
        return Check(Standing.SILENT, f"{name}: {rps:.3g} requests/s prove nothing (least {least})")
    limits = (
        ("error ratio", total.errors, bound.error_ratio_max),
        ("p99 latency", total.latency_p99, bound.latency_p99_max_s),
    )
    for label, signal, limit in limits:
        if limit is None:
            continue
        found = _bounded(f"{name}: {label}", signal, limit, signals.step_s, span)
        if found.standing is not Standing.GOOD:
            return found
    if traffic[-1].at - span.since < timedelta(seconds=span.hold_s):
        return Check(Standing.SILENT, f"{name}: good so far, for less than {span.hold_s:g} s")
    return Check(Standing.GOOD, f"{name}: within its bounds for {span.hold_s:g} s")


def _bounded(label: str, signal: Signal | None, limit: float, step_s: float, span: Span) -> Check:
    points = _held(signal, step_s, span) if signal else None
    if points is None:
        return Check(Standing.SILENT, f"{label}: no fresh data since the action")
    worst = max(point.value for point in points)
    if worst > limit:
        return Check(Standing.BAD, f"{label} up to {worst:.3g}, above {limit:.3g}")
    return Check(Standing.GOOD, f"{label} at most {worst:.3g}")


def _held(signal: Signal, step_s: float, span: Span) -> Sequence[Point] | None:
    """Return the points of the last `hold_s` seconds after the action, or None when too few."""
    fresh = [point for point in signal.points if point.at > span.since]
    if not fresh or fresh[-1].at < span.now - timedelta(seconds=_stale_after_s(step_s)):
        return None
    start = fresh[-1].at - timedelta(seconds=span.hold_s)
    points = [point for point in fresh if point.at >= start]
    expected = min(span.hold_s, (fresh[-1].at - span.since).total_seconds()) / step_s
    return points if len(points) >= LEAST_COVERAGE * expected else None


def _stale_after_s(step_s: float) -> float:
    return max(STALE_AFTER_LEAST_S, STALE_AFTER_STEPS * step_s)
