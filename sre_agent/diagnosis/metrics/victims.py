"""Telling who waits for others from who makes them wait, where only scores and calls are known.

Slow and failing answers travel from a callee to its callers; use of memory, processors and disks does
not. So the symptoms of a caller count less where one that it calls has them as badly, and had them
no later.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sre_agent.diagnosis.metrics.anomalies import Anomaly, Deviant
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of

AS_BADLY = 0.5
"""A callee explains its caller when its own symptoms are at least this share of the caller's."""
EXPLAINED = 0.25
"""What remains of a symptom that a callee explains."""
TOLERANCE_S = 30.0
"""Seconds by which a cause may seem to come after its effect: metrics are scraped one by one."""
_TRAVELS = frozenset({Kind.LATENCY, Kind.ERRORS, Kind.TRAFFIC})


def discounted(
    found: Collection[Deviant], calls: Mapping[str, Collection[str]]
) -> tuple[Deviant, ...]:
    """Return the deviants with what their callees explain taken off, the farthest first.

    Args:
        found: the deviants, in any order.
        calls: whom each entity calls.
    """
    symptoms = {item.entity: _symptom(item) for item in found}
    judged = [
        _judged(item, [symptoms[name] for name in _others(calls, item) if name in symptoms])
        for item in found
    ]
    return tuple(sorted(judged, key=lambda item: (-item.score, item.entity)))


def _others(calls: Mapping[str, Collection[str]], item: Deviant) -> list[str]:
    return sorted(name for name in calls.get(item.entity, ()) if name != item.entity)


def _symptom(item: Deviant) -> Anomaly | None:
    """Return the worst of the metrics whose trouble travels, or None."""
    travelling = [one for one in item.metrics if _travels(one) and one.score > 0.0]
    return max(travelling, key=lambda one: (one.score, one.key), default=None)


def _judged(item: Deviant, below: Sequence[Anomaly | None]) -> Deviant:
    metrics = [
        replace(one, score=EXPLAINED * one.score)
        if _travels(one) and any(_explains(callee, one) for callee in below)
        else one
        for one in item.metrics
    ]
    return replace(item, metrics=tuple(sorted(metrics, key=lambda one: (-one.score, one.key))))


def _explains(callee: Anomaly | None, own: Anomaly) -> bool:
    if callee is None or callee.score < AS_BADLY * own.score:
        return False
    if callee.since_s is None or own.since_s is None:
        return True
    return callee.since_s <= own.since_s + TOLERANCE_S


def _travels(item: Anomaly) -> bool:
    return kind_of(item.key.metric) in _TRAVELS
