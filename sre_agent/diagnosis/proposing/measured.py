"""What metrics show beside the objects: work, throttling, disks and networks, where somebody suffers."""

from collections.abc import Iterator
from dataclasses import replace

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.incident import measurements
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import MEASURING_ANALYZERS
from sre_agent.diagnosis.kubernetes.performance import busy_pods, named
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.diagnosis.proposing import saturation
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

NODE = "Node"


def propose(situation: Situation, view: View) -> Iterator[Hypothesis]:
    """Propose what the measuring analyzers find, as far as it explains who suffers.

    Numbers shift all the time. What shifted counts where requests are served worse than before, and
    a release or more requests do not account for it.
    """
    found = measurements.measured(situation, view)
    if found is None:
        return
    for analyze in MEASURING_ANALYZERS:
        for item in analyze(view, found):
            if _explains(situation, view, found, item):
                facts = {"symptom": "latency", "detail": item.statement, **item.facts}
                yield replace(item, facts=facts)


def _explains(situation: Situation, view: View, measured: Measured, item: Hypothesis) -> bool:
    # That nothing else was measured does not make it the network: the way shows in calls.
    if item.fault_class is FaultClass.POD_NETWORK_DELAY:
        return False
    if item.object.kind == NODE:
        return _feels(situation, view, item.object)
    if saturation.was_released(situation, item.object):
        return False
    if item.fault_class is FaultClass.CPU_OVERLOAD and busy_pods.has_more_work(
        measured.of_entity(item.object.name)
    ):
        return False
    health = situation.health.get(item.object)
    return health is None or not health.is_normal


def _feels(situation: Situation, view: View, node: ObjectRef) -> bool:
    """Return whether somebody who suffers runs on a node, or calls what runs there."""
    places = named.places(view)
    health = situation.health
    suffering = {ref for ref, judged in health.items() if judged.is_unhealthy}
    unknown = {ref for ref in situation.anchors if ref not in health or not health[ref].is_measured}
    for ref in sorted(suffering | unknown, key=str):
        near = (ref, *situation.graph.callees(ref))
        if any(node.name in places.get(each.name, ()) for each in near):
            return True
    return False
