"""Which taints of a node a pod does not bear."""

from collections.abc import Iterable

from sre_agent.domain.cluster.nodes import Node, Taint
from sre_agent.domain.cluster.pods import Toleration

CORDON = "node.kubernetes.io/unschedulable"
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


def is_control_plane(node: Node) -> bool:
    """Return whether a node is kept for the cluster itself, so that it takes no pods by design."""
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
