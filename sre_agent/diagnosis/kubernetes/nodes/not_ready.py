"""Nodes that are not ready for a reason that nothing narrower explains."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import container_runtime, kubelet, networks, states
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect each node that is not ready; less, if it is known what of it does not work."""
    ailing = [node for node in states.settled(view) if states.is_not_ready(node)]
    explained = _explained(view) if ailing else frozenset()
    for node in ailing:
        ready = states.condition(node, "Ready")
        name = node.meta.ref.name
        said = ": ".join(part for part in (ready.reason, ready.message) if part) if ready else ""
        yield cause(
            Suspect(FaultClass.NODE_NOT_READY, node.meta.ref),
            "nodes.not_ready",
            weights.HINT if node.meta.ref in explained else weights.POD_STATE,
            f"node {name} is not ready ({said or 'no reason'}){states.concerned(view, name)}",
            (node.meta.source,),
        )


def _explained(view: View) -> frozenset[ObjectRef]:
    narrower = (kubelet.analyze, container_runtime.analyze, networks.analyze)
    return frozenset(
        item.object
        for analyze in narrower
        for item in analyze(view)
        if item.findings[0].weight >= weights.POD_STATE
    )
