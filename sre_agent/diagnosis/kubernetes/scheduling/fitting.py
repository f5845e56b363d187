"""What keeps a pod off a node, by arithmetic on what both say of themselves."""

from collections.abc import Iterator

from sre_agent.diagnosis.kubernetes.scheduling import demands
from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar
from sre_agent.diagnosis.kubernetes.scheduling.taints import is_cordoned, untolerated
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.pods import Pod, PodSpec, PodTerm


def bars(view: View, pod: Pod, node: Node) -> frozenset[Bar]:
    """Return everything that keeps a pod off a node; empty where it would fit."""
    return frozenset(
        (
            *_of_labels(pod, node),
            *_of_room(pod, node),
            *_of_pods(view, pod, node),
            *_of_volumes(view, pod, node),
        )
    )


def asked_of_nodes(spec: PodSpec) -> tuple[object, ...]:
    """Return all of a pod's spec that this arithmetic looks at, to be compared with another's."""
    return (
        spec.node_selector,
        spec.node_terms,
        spec.tolerations,
        spec.affinity,
        spec.anti_affinity,
        demands.asked(spec),
        _host_ports(spec),
        {volume.claim for volume in spec.volumes},
    )


def _of_labels(pod: Pod, node: Node) -> Iterator[Bar]:
    spec = pod.spec
    if is_cordoned(node):
        yield Bar.UNSCHEDULABLE
    if untolerated(node, spec.tolerations):
        yield Bar.TAINT
    if not demands.matches_selector(spec, node):
        yield Bar.SELECTOR
    if not demands.matches_affinity(spec, node):
        yield Bar.NODE_AFFINITY


def _of_room(pod: Pod, node: Node) -> Iterator[Bar]:
    left = demands.room(node)
    for resource, amount in demands.asked(pod.spec).items():
        if amount > left.get(resource, amount):
            yield demands.bar_of(resource)
    if left.get("pods", 1.0) < 1:
        yield Bar.POD_LIMIT


def _of_pods(view: View, pod: Pod, node: Node) -> Iterator[Bar]:
    wanted = _host_ports(pod.spec)
    if wanted and any(wanted & _host_ports(item.spec) for item in _on(view, node)):
        yield Bar.HOST_PORT
    if any(_has_neighbour(view, pod, term, node) for term in pod.spec.anti_affinity):
        yield Bar.ANTI_AFFINITY
    if any(_repels(view, item, pod, node) for item in view.once(_hermits)):
        yield Bar.ANTI_AFFINITY
    if not all(_has_neighbour(view, pod, term, node) for term in pod.spec.affinity):
        yield Bar.AFFINITY


def _on(view: View, node: Node) -> Iterator[Pod]:
    return (item for item in view.snapshot.pods if item.node == node.meta.ref.name)


def _hermits(view: View) -> tuple[Pod, ...]:
    """Return the placed pods that do not want certain others beside them; few clusters have many."""
    return tuple(item for item in view.snapshot.pods if item.node and item.spec.anti_affinity)


def _of_volumes(view: View, pod: Pod, node: Node) -> Iterator[Bar]:
    names = {volume.claim for volume in pod.spec.volumes if volume.claim}
    bound = {
        item.volume
        for item in view.snapshot.claims
        if item.volume
        and item.meta.ref.namespace == pod.meta.ref.namespace
        and item.meta.ref.name in names
    }
    for volume in view.snapshot.volumes if bound else ():
        if volume.meta.ref.name in bound and not demands.meets(volume.node_terms, node):
            yield Bar.VOLUME


def _host_ports(spec: PodSpec) -> set[tuple[int, str]]:
    return {
        (port.host_port, port.protocol)
        for container in spec.containers
        for port in container.ports
        if port.host_port
    }


def _repels(view: View, there: Pod, pod: Pod, node: Node) -> bool:
    """Return whether a pod in the same place as the node does not want the new one beside it."""
    return any(
        _selects(term, there, pod) and _place(view, there.node, term) == _place_of(node, term)
        for term in there.spec.anti_affinity
    )


def _has_neighbour(view: View, pod: Pod, term: PodTerm, node: Node) -> bool:
    """Return whether a pod that the term means runs in the same place as the node."""
    here = _place_of(node, term)
    return here is not None and any(
        _selects(term, pod, item) and _place(view, item.node, term) == here
        for item in view.snapshot.pods
        if item.node and item.meta.ref != pod.meta.ref
    )


def _selects(term: PodTerm, whose: Pod, other: Pod) -> bool:
    spaces = term.namespaces or (whose.meta.ref.namespace,)
    return other.meta.ref.namespace in spaces and term.selector.matches(other.meta.labels)


def _place(view: View, node: str, term: PodTerm) -> str | None:
    found = view.nodes.get(node)
    return _place_of(found, term) if found else None


def _place_of(node: Node, term: PodTerm) -> str | None:
    return node.meta.labels.get(term.topology_key)
