"""Nodes that cannot run pods, where pods of concern are placed."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Node


def propose(situation: Situation) -> Iterator[Hypothesis]:
    """Suspect each node that is not ready and that unready pods of known workloads stand on."""
    seen = situation.case.nodes
    for node in seen.fact.nodes if seen else ():
        hit = _pods_on(situation, node)
        if seen is None or node.ready or not hit:
            continue
        ref = ObjectRef(kind="Node", namespace="", name=node.name)
        statement = f"node {node.name} is not ready{_why(node)}; it holds {len(hit)} of the pods"
        finding = Suspect(FaultClass.NODE_NOT_READY, ref).speaks_for(
            "nodes.not_ready",
            weights.POD_STATE + weights.ALERT_NAMES_IT,
            statement,
            [seen.id, *hit.values()],
        )
        yield Hypothesis(FaultClass.NODE_NOT_READY, ref, statement, (finding,))


def _pods_on(situation: Situation, node: Node) -> dict[str, EvidenceId]:
    """Return the pods on a node that are not ready, each with the evidence that shows it there."""
    return {
        pod.name: seen.id
        for _, seen in pods.workloads(situation)
        for pod in seen.fact.pods
        if pod.node == node.name and not pod.ready
    }


def _why(node: Node) -> str:
    reasons = [item.reason for item in node.conditions if item.type == "Ready" and item.reason]
    return f" ({reasons[0]})" if reasons else ""
