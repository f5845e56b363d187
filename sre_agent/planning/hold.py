"""Whether golden signals kept to their bound long enough, with traffic to show for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from sre_agent.domain.observations.metrics import GoldenSignals, Point, Signal
from sre_agent.domain.plan import SignalBound

STALE_AFTER_STEPS = 3
STALE_AFTER_LEAST_S = 15.0
LEAST_COVERAGE = 0.6
"""Share of the samples of a hold that have to be there."""
LATENCY_OUTLIERS = 1
"""A busy machine is slow for a moment: so many points of p99 latency prove no trouble that lasts."""
POINTS_TO_FORGIVE = 4
"""Among fewer points than this every one counts."""
UNKNOWN_RATE_WINDOW_S = 60.0
"""How far a point may look back when its query does not say."""
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`")
_RANGE = re.compile(r"\[\s*((?:\d+(?:ms|[smhdwy]))+)\s*(?::[^\]]*)?\]")
_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_UNIT_S = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "y": 31_536_000.0,
}


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
    """Return whether signals held their bound to the end of their window.

    A point of a rate stands at the end of the time that it looks back over: it says something
    about the time after the action only when all of that lies after it.
    """
    name = f"{bound.namespace}/{bound.service}"
    total = signals.total
    judged = [item for item in (total.traffic, total.errors, total.latency_p99) if item]
    look_back_s = max(rate_window_s(item.query) for item in judged)
    span = replace(span, since=span.since + timedelta(seconds=look_back_s))
    traffic = held(total.traffic, signals.step_s, span)
    if traffic is None:
        return Check(Standing.SILENT, f"{name}: no fresh traffic data since the action")
    rps = median(point.value for point in traffic)
    if rps < bound.min_traffic_rps:
        least = f"{bound.min_traffic_rps:.3g}"
        return Check(Standing.SILENT, f"{name}: {rps:.3g} requests/s prove nothing (least {least})")
    limits = (
        ("error ratio", total.errors, bound.error_ratio_max, 0),
        ("p99 latency", total.latency_p99, bound.latency_p99_max_s, LATENCY_OUTLIERS),
    )
    for label, signal, limit, outliers in limits:
        if limit is None:
            continue
        points = held(signal, signals.step_s, span) if signal else None
        found = _bounded(f"{name}: {label}", points, limit, outliers)
        if found.standing is not Standing.GOOD:
            return found
    if traffic[-1].at - span.since < timedelta(seconds=span.hold_s):
        return Check(Standing.SILENT, f"{name}: good so far, for less than {span.hold_s:g} s")
    return Check(Standing.GOOD, f"{name}: within its bounds for {span.hold_s:g} s")


def rate_window_s(query: str) -> float:
    """Return how many seconds the points of a PromQL query look back: its longest range."""
    ranges = _RANGE.findall(_QUOTED.sub("", query))
    if not ranges:
        return UNKNOWN_RATE_WINDOW_S
    return max(
        sum(int(count) * _UNIT_S[unit] for count, unit in _PART.findall(text)) for text in ranges
    )


def _bounded(label: str, points: Sequence[Point] | None, limit: float, outliers: int) -> Check:
    """Return whether points keep to a limit; `outliers` of many points may go beyond it."""
    if points is None:
        return Check(Standing.SILENT, f"{label}: no fresh data since the action")
    values = sorted(point.value for point in points)
    forgiven = outliers if len(values) >= POINTS_TO_FORGIVE else 0
    worst = values[-1 - forgiven]
    if worst > limit:
        return Check(Standing.BAD, f"{label} up to {worst:.3g}, above {limit:.3g}")
    return Check(Standing.GOOD, f"{label} at most {worst:.3g}")


def held(signal: Signal, step_s: float, span: Span) -> Sequence[Point] | None:
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
