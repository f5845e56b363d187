"""What the signals must keep to after a repair: what they kept to before the trouble, with room."""

from collections.abc import Iterator
from datetime import datetime
from statistics import median

from sre_agent.diagnosis.situation import Situation
from sre_agent.domain.causes import Cause
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import Signal, SignalGroup
from sre_agent.domain.plan import SignalBound

ERROR_RATIO_LEAST = 0.02
ERROR_RATIO_MOST = 0.10
ERROR_RATIO_ROOM = 2.0
"""After a repair the error ratio may be this many times what it was, within the two above."""
ERROR_RATIO_UNKNOWN = 0.05
LATENCY_ROOM = 2.0
LATENCY_ROOM_S = 0.1
LATENCY_MOST_S = 30.0
TRAFFIC_SHARE = 0.1
"""Less than this share of the usual traffic proves nothing."""
TRAFFIC_LEAST_RPS = 0.01


def of(situation: Situation, cause: Cause) -> tuple[SignalBound, ...]:
    """Return the bounds of the repaired workload and of every workload the alerts name.

    The repaired one is left out when it has no signals and an alerting one has.
    """
    measured = list(_measured(situation, cause))
    return tuple(measured) or (_unmeasured(cause.object),)


def _measured(situation: Situation, cause: Cause) -> Iterator[SignalBound]:
    for ref in dict.fromkeys((cause.object, *situation.anchors)):
        seen = situation.case.signals.get(ref)
        if seen is None:
            continue
        onset = situation.onset(ref).at
        total = seen.fact.total
        yield SignalBound(
            namespace=seen.fact.namespace,
            service=seen.fact.service,
            error_ratio_max=_error_ratio_max(total, onset),
            latency_p99_max_s=_latency_max_s(total, onset),
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


def _latency_max_s(total: SignalGroup, onset: datetime) -> float | None:
    baseline = _before(total.latency_p99, onset) if total.latency_p99 else None
    if baseline is None:
        return None
    return round(min(LATENCY_MOST_S, LATENCY_ROOM * baseline + LATENCY_ROOM_S), 4)


def _before(signal: Signal, onset: datetime) -> float | None:
    """Return the usual level of a signal before the onset, or None without any point there."""
    values = [point.value for point in signal.points if point.at < onset]
    return median(values) if values else None
