"""What network policies allow: from whom, to whom, at which port."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import NetworkPolicy, Peer, PolicyRule
from sre_agent.domain.objects import ObjectRef

_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
DNS_PORT = 53


@dataclass(frozen=True)
class End:
    """One end of a connection: the labels of its pods, and their addresses."""

    namespace: str
    labels: Mapping[str, str]
    ips: tuple[str, ...] = ()


def end_of(view: View, ref: ObjectRef) -> End | None:
    """Return the pods of a workload as policies see them; None for what is no workload."""
    item = view.workloads.get(ref)
    if item is None:
        return None
    ips = tuple(pod.ip for pod in view.pods_of.get(ref, ()) if pod.ip)
    return End(ref.namespace, item.template_labels, ips)


def selecting(view: View, end: End, direction: str) -> tuple[NetworkPolicy, ...]:
    """Return the policies that bound a direction (Ingress or Egress) of some pods."""
    return tuple(
        item
        for item in view.snapshot.network_policies
        if item.meta.ref.namespace == end.namespace
        and direction in item.directions
        and item.selector.matches(end.labels)
    )


def allows(
    found: Iterable[NetworkPolicy], direction: str, other: End | None, ports: Iterable[int]
) -> bool:
    """Return whether any rule of some policies lets the other end through.

    Policies only ever add: one rule is enough. An end that is not known (None) may be anybody, and
    is let through only by rules for everybody. No ports means that the port is not known.
    """
    numbers = frozenset(ports)
    return any(
        _covers(rule, numbers) and _lets(rule, item.meta.ref.namespace, other)
        for item in found
        for rule in (item.ingress if direction == "Ingress" else item.egress)
    )


def _covers(rule: PolicyRule, ports: frozenset[int]) -> bool:
    if not rule.ports or not ports:
        return True
    return any(
        item.port == 0 or any(item.port <= port <= (item.last or item.port) for port in ports)
        for item in rule.ports
    )


def _lets(rule: PolicyRule, namespace: str, other: End | None) -> bool:
    if not rule.peers:
        return True
    return any(_is(peer, namespace, other) for peer in rule.peers)


def _is(peer: Peer, namespace: str, other: End | None) -> bool:
    if peer.cidr:
        return _is_within(peer, other)
    if other is None:
        return peer.pods is None and peer.namespaces is not None and _is_any(peer)
    if peer.namespaces is None:
        if other.namespace != namespace:
            return False
    elif not _may_be_namespace(peer, other.namespace):
        return False
    return peer.pods is None or peer.pods.matches(other.labels)


def _is_any(peer: Peer) -> bool:
    wanted = peer.namespaces
    return wanted is not None and not wanted.labels and not wanted.expressions


def _may_be_namespace(peer: Peer, namespace: str) -> bool:
    """Return whether a namespace may be meant; of its labels only its name is known."""
    wanted = peer.namespaces
    if wanted is None:
        return False
    return wanted.labels.get(_NAME_OF_NAMESPACE, namespace) == namespace


def _is_within(peer: Peer, other: End | None) -> bool:
    try:
        network = ip_network(peer.cidr, strict=False)
        if not network.prefixlen:
            return True
        return other is not None and any(ip_address(ip) in network for ip in other.ips)
    except ValueError:
        return True
