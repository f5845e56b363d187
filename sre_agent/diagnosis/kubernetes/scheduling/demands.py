"""What a pod demands of its node: labels and room."""

from collections.abc import Iterable, Mapping, Sequence

from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.pods import Amounts, ContainerSpec, NodeTerm, PodSpec


def matches_selector(spec: PodSpec, node: Node) -> bool:
    """Return whether a node has every label of the pod's node selector."""
    return dict(spec.node_selector).items() <= dict(node.meta.labels).items()


def matches_affinity(spec: PodSpec, node: Node) -> bool:
    """Return whether a node meets any of the alternatives of the pod's required node affinity."""
    return meets(spec.node_terms, node)


def meets(terms: Sequence[NodeTerm], node: Node) -> bool:
    """Return whether a node meets any of the alternatives; none at all are met by every node."""
    return not terms or any(_meets(term, node) for term in terms)


def _meets(term: NodeTerm, node: Node) -> bool:
    fields = {"metadata.name": node.meta.ref.name}
    named = all(item.matches(node.meta.labels) for item in term.labels)
    return named and all(item.matches(fields) for item in term.fields)


def asked(spec: PodSpec) -> Mapping[str, float]:
    """Return what a pod asks for of each resource, as the scheduler adds it up.

    The containers run together, the init containers one after another before them.
    """
    together = _sum(spec.containers)
    for container in spec.init_containers:
        for name, amount in _amounts(container.requests).items():
            together[name] = max(amount, together.get(name, 0.0))
    return together


def _sum(containers: Iterable[ContainerSpec]) -> dict[str, float]:
    found: dict[str, float] = {}
    for container in containers:
        # A limit without a request is taken for the request as well.
        for name, amount in (_amounts(container.limits) | _amounts(container.requests)).items():
            found[name] = found.get(name, 0.0) + amount
    return found


def _amounts(amounts: Amounts) -> dict[str, float]:
    named = {
        "cpu": amounts.cpu,
        "memory": amounts.memory,
        "ephemeral-storage": amounts.ephemeral_storage,
    }
    known = {name: amount for name, amount in named.items() if amount is not None}
    return known | dict(amounts.others)


def room(node: Node) -> Mapping[str, float]:
    """Return what a node has left of each resource it tells of."""
    taken = _amounts(node.requested)
    left = {name: all_ - taken.get(name, 0.0) for name, all_ in _amounts(node.allocatable).items()}
    if node.allocatable.pods is not None:
        left["pods"] = node.allocatable.pods - (node.requested.pods or 0.0)
    return left


def whole(node: Node) -> Mapping[str, float]:
    """Return what a node would have of each resource if it were empty."""
    return _amounts(node.allocatable)


def bar_of(resource: str) -> Bar:
    """Return the bar that a lack of a resource is."""
    match resource:
        case "cpu":
            return Bar.CPU
        case "memory":
            return Bar.MEMORY
        case "ephemeral-storage":
            return Bar.EPHEMERAL_STORAGE
        case "pods":
            return Bar.POD_LIMIT
        case _:
            return Bar.EXTENDED
