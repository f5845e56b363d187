"""Services with nothing behind them: scaled away, or no pod that is ready."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sre_agent.diagnosis import changes, weights
from sre_agent.diagnosis.case import Seen
from sre_agent.diagnosis.durations import say
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.situation import Situation
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Workload

AT_ONCE = timedelta(seconds=2)
"""Steps of one scaling are written down within this; those of a rollout before it are older."""


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each workload whose Services lost all their addresses.

    One that was scaled to zero long before the onset is meant to be so.
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
    scaled = _scaled_to_zero(situation, ref)
    onset = situation.onset(ref)
    if scaled is None:
        return
    at, replicas, event_id = scaled
    if not onset.at - changes.LOOK_BACK <= at <= onset.at + onset.tolerance:
        return
    statement = (
        f"{ref.name} was scaled from {replicas} to 0 {say(onset.at - at)} before the trouble began; "
        f"nothing stands behind {', '.join(empty)}"
    )
    suspect = Suspect(FaultClass.NO_ENDPOINTS, ref)
    yield Hypothesis(
        fault_class=FaultClass.NO_ENDPOINTS,
        object=ref,
        statement=statement,
        findings=(
            suspect.speaks_for(
                "pods.scaled_to_zero", weights.POD_STATE, statement, [seen.id, event_id]
            ),
        ),
        facts={
            "previous_replicas": replicas,
            "current_replicas": 0,
            "scaled_at": at.isoformat(),
            "onset_at": onset.at.isoformat(),
        },
    )


def _scaled_to_zero(
    situation: Situation, ref: ObjectRef
) -> tuple[datetime, int, EvidenceId] | None:
    """Return when a workload was last scaled to zero, from how many, and the evidence."""
    found = []
    for seen in situation.case.events:
        event = seen.fact
        step = changes.scaling(event.message) if event.object == ref else None
        if step and step.old and step.new == 0 and event.last_at:
            found.append((event.last_at, step.old, seen.id))
    newest = max(found, default=None)
    if newest is None:
        return None
    # While a rollout is under way several ReplicaSets go down at once; the sum is what there was.
    together = [item for item in found if newest[0] - item[0] <= AT_ONCE]
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
