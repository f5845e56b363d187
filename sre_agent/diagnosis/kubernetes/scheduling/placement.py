"""Pods that find no node: told apart by what keeps them out, in words and by arithmetic."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.scheduling.deciding import Decided, decide
from sre_agent.diagnosis.kubernetes.scheduling.explaining import explain, is_of_a_sick_node
from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar
from sre_agent.diagnosis.kubernetes.scheduling.unplaced import Unplaced, is_young, unplaced
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_NODE_COMES = timedelta(minutes=5)
"""A node that was ordered is usually there by then."""
FAULTS: Mapping[Bar, FaultClass] = {
    Bar.UNSCHEDULABLE: FaultClass.NODE_CORDONED,
    Bar.TAINT: FaultClass.TAINT_NOT_TOLERATED,
    Bar.SELECTOR: FaultClass.NODE_SELECTOR_MISMATCH,
    Bar.NODE_NAME: FaultClass.NODE_SELECTOR_MISMATCH,
    Bar.NODE_AFFINITY: FaultClass.NODE_AFFINITY_MISMATCH,
    Bar.CPU: FaultClass.INSUFFICIENT_CPU,
    Bar.MEMORY: FaultClass.INSUFFICIENT_MEMORY,
    Bar.EPHEMERAL_STORAGE: FaultClass.INSUFFICIENT_EPHEMERAL_STORAGE,
    Bar.EXTENDED: FaultClass.INSUFFICIENT_EXTENDED_RESOURCE,
    Bar.POD_LIMIT: FaultClass.NODE_POD_LIMIT_REACHED,
    Bar.HOST_PORT: FaultClass.HOST_PORT_CONFLICT,
    Bar.ANTI_AFFINITY: FaultClass.POD_ANTI_AFFINITY_CONFLICT,
    Bar.AFFINITY: FaultClass.POD_AFFINITY_UNSATISFIED,
    Bar.SPREAD: FaultClass.TOPOLOGY_SPREAD_UNSATISFIED,
    Bar.VOLUME: FaultClass.VOLUME_NODE_AFFINITY_CONFLICT,
    Bar.VOLUME_LIMIT: FaultClass.INSUFFICIENT_EXTENDED_RESOURCE,
}


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect what keeps each workload's pods off the nodes."""
    seen: set[tuple[ObjectRef, Bar]] = set()
    for item in unplaced(view):
        if item.verdict is None and is_young(view, item.pod):
            continue
        for decided in decide(view, item):
            key = (item.owner, decided.bar)
            if key not in seen:
                seen.add(key)
                yield _hypothesis(view, item, decided)


def _hypothesis(view: View, item: Unplaced, decided: Decided) -> Hypothesis:
    passing = is_of_a_sick_node(view, item, decided) or _is_helped(view, item)
    statement = f"{item.owner} cannot be placed: {explain(view, item, decided)}"
    return cause(
        Suspect(FAULTS[decided.bar], item.owner),
        f"scheduling.{decided.bar.name.lower()}",
        weights.HINT if passing else decided.weight,
        statement,
        item.evidence,
        pod=item.pod.meta.ref.name,
        nodes_barred=decided.count,
    )


def _is_helped(view: View, item: Unplaced) -> bool:
    """Return whether a node is on its way for the pod."""
    return any(
        event.reason == "TriggeredScaleUp"
        and event.last_at is not None
        and view.snapshot.taken_at - event.last_at < _NODE_COMES
        for event in view.events_of.get(item.pod.meta.ref, ())
    )
