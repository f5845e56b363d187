"""More work than the pods can do: CPU at its limit, more requests, slower answers, no release."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sre_agent.diagnosis import changes, weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.metrics.changepoint import Shift, current, rise
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.observations.metrics import SignalGroup

AT_LIMIT = 0.9
"""Share of its CPU limit at which a container has nothing left to give."""
HELD_BACK = 0.25
"""Share of time slices in which a container was throttled that people notice."""
MORE_TRAFFIC = 0.3
LEAST_RPS = 1.0
"""Traffic has risen when it grew by this share, and by so many requests per second."""
QUIET_BEFORE = timedelta(minutes=30)
"""A release this long before the onset, or less, explains busy pods as well as traffic does."""
MOST_TIMES = 2
"""More than so many times the pods is not for a program to ask for."""


@dataclass(frozen=True)
class _Load:
    """How busy the busiest container is, in words, and how the requests grew."""

    busy: str
    traffic: Shift


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload that is out of CPU because it is asked for more than before."""
    for ref, seen in pods.workloads(situation):
        signals, health = situation.case.signals.get(ref), situation.health.get(ref)
        if signals is None or health is None or health.latency is None:
            continue
        load = _load(signals.fact.total, seen.fact)
        if load and not was_released(situation, ref):
            yield _hypothesis(situation, ref, (seen, signals.id), load)


def _hypothesis(
    situation: Situation, ref: ObjectRef, seen: tuple[Seen[Workload], EvidenceId], load: _Load
) -> Hypothesis:
    workload, signals_id = seen
    text = (
        f"{ref.name} {load.busy} while its requests rose from {load.traffic.baseline:.3g} to "
        f"{load.traffic.level:.3g} per second, and nothing was released"
    )
    finding = Suspect(FaultClass.SATURATION, ref).speaks_for(
        "pods.cpu_at_limit", weights.OUT_OF_CPU, text, [workload.id, signals_id]
    )
    return Hypothesis(
        fault_class=FaultClass.SATURATION,
        object=ref,
        statement=text,
        findings=(finding,),
        facts={
            "onset_at": situation.onset(ref).at.isoformat(),
            "symptom": "latency",
            "detail": load.busy,
            **_replicas(workload.fact, load.traffic),
        },
    )


def _replicas(workload: Workload, traffic: Shift) -> dict[str, Fact]:
    """Return how many pods there are, and how many would keep up where that is no more than twice."""
    now = workload.replicas.desired
    growth = traffic.level / traffic.baseline if traffic.baseline > 0 else math.inf
    needed = max(now + 1, math.ceil(now * growth)) if math.isfinite(growth) else math.inf
    is_modest = needed <= MOST_TIMES * now
    return {"replicas": now, **({"suggested_replicas": int(needed)} if is_modest else {})}


def _load(total: SignalGroup, workload: Workload) -> _Load | None:
    traffic = rise(total.traffic.points, floor=LEAST_RPS, relative_floor=MORE_TRAFFIC)
    busy = _busy(total, workload)
    return _Load(busy, traffic) if busy and traffic and traffic.is_lasting else None


def _busy(total: SignalGroup, workload: Workload) -> str | None:
    """Return that CPU is short, as part of a sentence, or None when it is not, or not known."""
    held_back = current(total.throttling.points) if total.throttling else None
    if held_back is not None and held_back >= HELD_BACK:
        return f"was throttled in {held_back:.0%} of its time slices"
    limits = [item.limits.cpu_cores or math.inf for item in workload.containers]
    used = current(total.cpu.points) if total.cpu else None
    # Which container is the busiest is not told: one without a limit may use all there is.
    if not limits or used is None or used < AT_LIMIT * max(limits):
        return None
    return f"uses {used:.2g} of the {max(limits):g} cores a container may use"


def was_released(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether a release shortly before the onset may be what makes pods busy."""
    onset = situation.onset(ref)
    return any(
        onset.at - QUIET_BEFORE <= release.started_at <= onset.at + onset.tolerance
        for release in changes.releases(situation.case, ref)
        if not release.is_restart
    )
