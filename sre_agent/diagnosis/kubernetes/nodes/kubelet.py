"""Nodes whose kubelet does not run: no pod starts there, and the cluster loses sight of them."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.nodes import services, states
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.faults import FaultClass


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the kubelets that are stopped, and those that were last heard of a while ago."""
    for item in services.of(view, services.KUBELET):
        if not item.is_active:
            node = view.nodes.get(item.node)
            lost = node is not None and states.is_not_ready(node)
            weight = weights.CLUSTER_SAYS_AND_SHOWS + (weights.HINT if lost else 0.0)
            sources = (item.source, node.meta.source) if node else (item.source,)
            yield cause(
                Suspect(FaultClass.KUBELET_UNAVAILABLE, states.ref_of(item.node)),
                "nodes.kubelet_stopped",
                weight,
                f"kubelet on node {item.node} is not running ({item.said or 'inactive'})"
                f"{states.concerned(view, item.node)}",
                sources,
            )
    for node in states.settled(view):
        if states.has_lost_touch(node) and not _is_known(view, node):
            yield _silent(view, node)


def _is_known(view: View, node: Node) -> bool:
    return any(True for _ in services.of(view, services.KUBELET, node.meta.ref.name))


def _silent(view: View, node: Node) -> Hypothesis:
    """Return what a node that fell silent shows: its kubelet, or the whole machine, is gone."""
    name = node.meta.ref.name
    ready = states.condition(node, "Ready")
    said = ready.message.strip(" .") if ready and ready.message else "no status for a while"
    return cause(
        Suspect(FaultClass.KUBELET_UNAVAILABLE, node.meta.ref),
        "nodes.kubelet_silent",
        weights.CONTRADICTION,
        f"node {name} fell silent: {said}{states.concerned(view, name)}",
        (node.meta.source,),
    )
