"""What nodes say of themselves, and whom it concerns."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Condition
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.objects import ObjectRef

_JOINS_WITHIN = timedelta(minutes=2)
"""A node that just joined still starts its network and is not ready until then."""


def ref_of(name: str) -> ObjectRef:
    """Return the reference of a node."""
    return ObjectRef(kind="Node", namespace="", name=name)


def condition(node: Node, type_: str) -> Condition | None:
    """Return a condition of a node."""
    return next((item for item in node.conditions if item.type == type_), None)


def settled(view: View) -> Iterator[Node]:
    """Return the nodes that have been there for long enough to be ready."""
    for node in view.snapshot.nodes:
        made = node.meta.created_at
        if made is None or view.snapshot.taken_at - made >= _JOINS_WITHIN:
            yield node


def is_not_ready(node: Node) -> bool:
    """Return whether a node says that it is not ready, or its cluster has lost sight of it."""
    ready = condition(node, "Ready")
    return ready is not None and ready.status != "True"


def has_lost_touch(node: Node) -> bool:
    """Return whether the cluster has heard nothing of a node for a while."""
    ready = condition(node, "Ready")
    return ready is not None and ready.status == "Unknown"


def concerned(view: View, node: str) -> str:
    """Return the workloads with pods on a node, for a statement."""
    owners = {str(view.owner_of(pod)) for pod in view.snapshot.pods if pod.node == node}
    return _listed(sorted(owners)) if owners else ""


def _listed(names: Sequence[str]) -> str:
    shown = 3
    rest = len(names) - shown
    more = f" and {rest} more" if rest > 0 else ""
    return f"; it holds pods of {', '.join(names[:shown])}{more}"
