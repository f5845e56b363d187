"""Services with nothing behind them: scaled away, or no pod that is ready."""

from collections.abc import Iterator
from datetime import datetime

from sre_agent.diagnosis import changes, weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.logs import novelty
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose Services lost all their addresses.

    One that was scaled to zero is meant to be so, unless a caller that fails needs it.
    """
    for ref, seen in pods.workloads(situation):
        workload = seen.fact
        empty = [service.name for service in workload.services if service.ready_addresses == 0]
        if not empty:
            continue
        if workload.replicas.desired == 0:
            yield from _scaled_away(situation, ref, seen, empty)
        elif _nothing_is_ready(situation, workload):
            yield from _unready(ref, seen, empty)


def _scaled_away(
    situation: Situation, ref: ObjectRef, seen: Seen[Workload], empty: list[str]
) -> Iterator[Hypothesis]:
    scaled, onset = _scaled_to_zero(situation, ref), situation.onset(ref)
    is_near = scaled and onset.at - changes.LOOK_BACK <= scaled[0] <= onset.at + onset.tolerance
    missed = _missing_it(situation, ref)
    if not missed and not (is_near and _may_be_missed(situation, ref)):
        return
    what = f"{ref.name} has no pods, as it is scaled to 0"
    if scaled:
        when = f"{say(onset.at - scaled[0])} before the trouble began"
        what = f"{ref.name} was scaled from {scaled[1]} to 0 {when}"
    statement = f"{what}; nothing stands behind {', '.join(empty)}"
    suspect = Suspect(FaultClass.NO_ENDPOINTS, ref)
    ids = [seen.id, *missed, *([scaled[2]] if scaled else [])]
    yield Hypothesis(
        fault_class=FaultClass.NO_ENDPOINTS,
        object=ref,
        statement=statement,
        findings=(suspect.speaks_for("pods.scaled_to_zero", weights.POD_STATE, statement, ids),),
        facts={
            "previous_replicas": scaled[1] if scaled else None,
            "current_replicas": 0,
            "scaled_at": scaled[0].isoformat() if scaled else None,
            "onset_at": onset.at.isoformat(),
        },
    )


def _missing_it(situation: Situation, ref: ObjectRef) -> list[EvidenceId]:
    """Return the evidence of callers whose calls to a workload fail."""
    case, found = situation.case, []
    for caller in situation.graph.callers(ref):
        calls, patterns = situation.calls.get((caller, ref)), novelty.new_patterns(case, caller)
        if calls and calls.is_unhealthy:
            found.append(case.signals[caller].id)
        elif ref in novelty.callees_blamed(case, caller, patterns):
            found.append(case.patterns[caller].id)
    return found


def _may_be_missed(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether an alert names a workload, or a caller is not known to do without it."""
    if ref in situation.anchors:
        return True
    for caller in situation.graph.callers(ref):
        calls, health = situation.calls.get((caller, ref)), situation.health.get(caller)
        is_served = calls is not None and calls.is_normal
        if not is_served and not (health is not None and health.is_normal):
            return True
    return False


def _scaled_to_zero(
    situation: Situation, ref: ObjectRef
) -> tuple[datetime, int, EvidenceId] | None:
    """Return when a workload was last scaled to zero, from how many, and the evidence."""
    found = []
    for seen in situation.case.events_of.get(ref, ()):
        event = seen.fact
        step = changes.scaling(event.message)
        if step and step.old and step.new == 0 and event.last_at:
            found.append((event.last_at, step.old, seen.id))
    newest = max(found, default=None)
    if newest is None:
        return None
    # While a rollout is under way several ReplicaSets go down at once; the sum is what there was.
    together = [item for item in found if newest[0] - item[0] <= changes.AT_ONCE]
    return newest[0], sum(old for _, old, _ in together), newest[2]


def _nothing_is_ready(situation: Situation, workload: Workload) -> bool:
    """Return whether pods that had time to start, on nodes that are well, are all unready."""
    settled = [
        pod
        for pod in workload.pods
        if pods.is_settled(situation, pod)
        and pod.phase != "Succeeded"
        and not pods.is_on_failed_node(situation, pod)
    ]
    return bool(settled) and not any(pod.ready for pod in workload.pods)


def _unready(ref: ObjectRef, seen: Seen[Workload], empty: list[str]) -> Iterator[Hypothesis]:
    statement = f"no pod of {ref.name} is ready; nothing stands behind {', '.join(empty)}"
    suspect = Suspect(FaultClass.NO_ENDPOINTS, ref)
    finding = suspect.speaks_for(
        "pods.none_ready", weights.POD_STATE_FROM_LOGS, statement, [seen.id]
    )
    yield Hypothesis(FaultClass.NO_ENDPOINTS, ref, statement, (finding,))
