"""Memory that only ever grows, foreseen: when each container reaches its limit if nothing is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import memory_need, pods
from sre_agent.diagnosis.metrics import trends
from sre_agent.diagnosis.metrics.changepoint import rise
from sre_agent.diagnosis.metrics.trends import Forecast
from sre_agent.diagnosis.proposing import bad_release
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import ContainerStatus, Pod, Workload
from sre_agent.domain.observations.metrics import GoldenSignals, Point

LEAST_WATCHED_S = 45.0
"""Growth that was watched for less is a start like any other."""
LONG_WATCHED_S = 900.0
"""What grew for so long without bending does not warm up any more."""
NEARLY_FULL = 0.6
"""What has not grown for long is told from warming up by the share of its limit that is gone."""
BEYOND_USUAL = 1.05
"""Up to what its predecessors used, and a little more, memory fills again after any start."""
MORE_TRAFFIC = 0.3
LEAST_RPS = 1.0
"""Who serves so much more than before may need more memory for it."""


@dataclass(frozen=True)
class _Leak:
    """The growth of one pod's memory, as a share of its limit, since its container started."""

    pod: Pod
    container: ContainerStatus
    since: datetime
    forecast: Forecast


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose memory grows towards its limit and was never seen to bend."""
    for ref, seen in pods.workloads(situation):
        signals = situation.case.signals.get(ref)
        if signals is None or _is_asked_for_more(signals.fact):
            continue
        found = list(_leaks(seen.fact, signals.fact))
        if found:
            first = min(found, key=lambda leak: (leak.forecast.eta_s, leak.pod.name))
            yield _hypothesis(situation, ref, first, len(found))


def _leaks(workload: Workload, signals: GoldenSignals) -> Iterator[_Leak]:
    groups = {group.labels.get("pod", ""): group for group in signals.pods}
    for pod in workload.pods:
        group = groups.get(pod.name)
        # Which container of several is the fullest is not told.
        if group is None or group.saturation is None or len(pod.containers) != 1:
            continue
        container = pod.containers[0]
        since = container.started_at or pod.created_at
        points = [point for point in group.saturation.points if point.at >= since]
        forecast = _forecast(points, signals.end)
        if forecast and not _warms_up(forecast, _usual(workload, signals, since)):
            yield _Leak(pod, container, since, forecast)


def _forecast(points: list[Point], end: datetime) -> Forecast | None:
    times = np.array([(point.at - end).total_seconds() for point in points])
    return trends.time_to_limit(times, np.array([point.value for point in points]), limit=1.0)


def _warms_up(forecast: Forecast, usual: float | None) -> bool:
    """Return whether growth is no more than a service that started fills its caches with."""
    seen = forecast.trend
    if seen.span_s < LEAST_WATCHED_S:
        return True
    if usual is not None and seen.level <= BEYOND_USUAL * usual:
        return True
    return seen.span_s < LONG_WATCHED_S and seen.level < NEARLY_FULL


def _usual(workload: Workload, signals: GoldenSignals, since: datetime) -> float | None:
    """Return the share of its limit that the service used before, None where that is not known."""
    running = {pod.name for pod in workload.pods}
    former = [group for group in signals.pods if group.labels.get("pod") not in running]
    values = [
        point.value
        for group in (*former, signals.total)
        for point in (group.saturation.points if group.saturation else ())
        if point.at < since
    ]
    return float(np.median(values)) if values else None


def _is_asked_for_more(signals: GoldenSignals) -> bool:
    traffic = rise(signals.total.traffic.points, floor=LEAST_RPS, relative_floor=MORE_TRAFFIC)
    return traffic is not None and traffic.is_lasting


def _hypothesis(situation: Situation, ref: ObjectRef, first: _Leak, count: int) -> Hypothesis:
    workload, signals = situation.case.workloads[ref], situation.case.signals[ref]
    release = bad_release.release_at(situation, ref, first.since)
    if release and release.revision.template_hash != first.pod.template_hash:
        release = None
    forecast = first.forecast
    need = memory_need.facts(situation, ref, first.container.name, release)
    text = (
        f"memory of {count} of {len(workload.fact.pods)} pods of {ref.name} grows and does not "
        f"bend: {_told(forecast, need)}"
    )
    suspect = Suspect(FaultClass.MEMORY_LEAK, ref)
    onset = situation.onset(ref)
    more = bad_release.facts(situation, release, first.since, onset) if release else {}
    return Hypothesis(
        fault_class=FaultClass.MEMORY_LEAK,
        object=ref,
        statement=text,
        findings=(
            suspect.speaks_for(
                "pods.memory_leak", weights.MEMORY_GROWS, text, [workload.id, signals.id]
            ),
        ),
        release=release,
        facts={
            "onset_at": onset.at.isoformat(),
            **more,
            "container": first.container.name,
            "limit_reached_at": _limit_reached_at(signals.fact, forecast).isoformat(),
            **need,
        },
    )


def _told(forecast: Forecast, need: dict[str, Fact]) -> str:
    """Return where it is, how fast it grows and when the limit is reached."""
    limit = need.get("memory_limit_bytes")
    reached = f"it reaches its limit in {say(timedelta(seconds=round(forecast.eta_s)))}"
    if not isinstance(limit, int):
        per_minute = 60 * forecast.trend.slope
        return f"{forecast.trend.level:.0%} of its limit, {per_minute:.1%} more a minute, {reached}"
    mib = limit / 2**20
    return (
        f"{forecast.trend.level * mib:.0f} of {mib:.0f} MiB, "
        f"{60 * forecast.trend.slope * mib:.1f} MiB more a minute, {reached}"
    )


def _limit_reached_at(signals: GoldenSignals, forecast: Forecast) -> datetime:
    newest = signals.end + timedelta(seconds=forecast.trend.at_s)
    return newest + timedelta(seconds=round(forecast.eta_s))
