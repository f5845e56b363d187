"""Which taints of a node a pod does not bear."""

from collections.abc import Iterable

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.cluster.pods import Toleration

CORDON = "node.kubernetes.io/unschedulable"
SCHEDULER = "kube-scheduler"
_REPELS = frozenset({"NoSchedule", "NoExecute"})
_CONTROL_PLANE = frozenset(
    {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}
)


def untolerated(node: Node, tolerations: Iterable[Toleration]) -> tuple[Taint, ...]:
    """Return the taints that keep a pod with these tolerations off, a cordon's own left out."""
    borne = tuple(tolerations)
    return tuple(
        taint
        for taint in node.taints
        if taint.effect in _REPELS
        and taint.key != CORDON
        and not any(_bears(item, taint) for item in borne)
    )


def control_plane(view: View) -> frozenset[str]:
    """Return the nodes that are kept for the cluster itself, so that they take no pods by design.

    Those that run the scheduler are, and those that are labelled or tainted as such.
    """
    runs = {item.node for item in view.snapshot.node_services if item.name == SCHEDULER}
    marked = {node.meta.ref.name for node in view.snapshot.nodes if _is_marked(node)}
    return frozenset(runs | marked)


def _is_marked(node: Node) -> bool:
    labels = node.meta.labels
    marked = _CONTROL_PLANE & (set(labels) | {taint.key for taint in node.taints})
    return bool(marked) or labels.get("kubernetes.io/role") in {"master", "control-plane"}


def is_cordoned(node: Node) -> bool:
    """Return whether somebody forbade the node new pods."""
    return node.is_unschedulable or any(taint.key == CORDON for taint in node.taints)


def _bears(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if not toleration.key:
        return toleration.operator == "Exists"
    if toleration.key != taint.key:
        return False
    return toleration.operator == "Exists" or toleration.value == taint.value
