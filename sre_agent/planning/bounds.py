"""What the signals must keep to after a repair: what they kept to before the trouble, with room."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import Signal, SignalGroup
from sre_agent.domain.plan import SignalBound

ERROR_RATIO_LEAST = 0.02
ERROR_RATIO_MOST = 0.10
ERROR_RATIO_ROOM = 2.0
"""After a repair the error ratio may be this many times what it was, within the two above."""
ERROR_RATIO_UNKNOWN = 0.05
LATENCY_MOST_S = 30.0
TRAFFIC_SHARE = 0.1
"""Less than this share of the usual traffic proves nothing."""
TRAFFIC_LEAST_RPS = 0.01


@dataclass(frozen=True)
class _Room:
    """How far latency may be above what it was: so many times, and so many seconds more."""

    times: float
    seconds: float


_STRICT = _Room(2.0, 0.1)
"""Where being slow was part of the trouble."""
_LOOSE = _Room(5.0, 1.0)
"""Where it was not, a busy machine must not make a good repair look bad."""


def of(
    situation: Situation, repaired: ObjectRef, *, with_latency: bool = True
) -> tuple[SignalBound, ...]:
    """Return the bounds of the repaired workload and of every workload the alerts name.

    The repaired one is left out when it has no signals and an alerting one has. Where nobody was
    slow, latency is bounded loosely: it only has to show that the repair did no harm.
    """
    measured = list(_measured(situation, repaired))
    bounds = tuple(measured) or (_unmeasured(repaired),)
    if with_latency:
        return bounds
    return tuple(bound.model_copy(update={"latency_p99_max_s": None}) for bound in bounds)


def _measured(situation: Situation, repaired: ObjectRef) -> Iterator[SignalBound]:
    refs = tuple(dict.fromkeys((repaired, *situation.anchors)))
    healths = [situation.health[ref] for ref in refs if ref in situation.health]
    room = _STRICT if any(health.latency for health in healths) else _LOOSE
    for ref in refs:
        seen = situation.case.signals.get(ref)
        if seen is None:
            continue
        onset = situation.onset(ref).at
        total = seen.fact.total
        yield SignalBound(
            namespace=seen.fact.namespace,
            service=seen.fact.service,
            error_ratio_max=_error_ratio_max(total, onset),
            latency_p99_max_s=_latency_max_s(total, onset, room),
            min_traffic_rps=max(
                TRAFFIC_LEAST_RPS, TRAFFIC_SHARE * (_before(total.traffic, onset) or 0.0)
            ),
        )


def _unmeasured(ref: ObjectRef) -> SignalBound:
    return SignalBound(
        namespace=ref.namespace,
        service=ref.name,
        error_ratio_max=ERROR_RATIO_UNKNOWN,
        min_traffic_rps=TRAFFIC_LEAST_RPS,
    )


def _error_ratio_max(total: SignalGroup, onset: datetime) -> float:
    baseline = _before(total.errors, onset)
    if baseline is None:
        return ERROR_RATIO_UNKNOWN
    return round(min(ERROR_RATIO_MOST, max(ERROR_RATIO_LEAST, ERROR_RATIO_ROOM * baseline)), 4)


def _latency_max_s(total: SignalGroup, onset: datetime, room: _Room) -> float | None:
    baseline = _before(total.latency_p99, onset) if total.latency_p99 else None
    if baseline is None:
        return None
    return round(min(LATENCY_MOST_S, room.times * baseline + room.seconds), 4)


def _before(signal: Signal, onset: datetime) -> float | None:
    """Return the usual level of a signal before the onset, or None without any point there."""
    values = [point.value for point in signal.points if point.at < onset]
    return median(values) if values else None
