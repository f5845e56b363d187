"""Network policies."""

from sre_agent.domain.cluster.network import NetworkPolicy, Peer, PolicyRule, ServicePort
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import Json, entries, port, section, text, whole, words
from sre_agent.manifests.objects.meta import meta, selector, selector_if_any


def network_policy(item: Json, source: EvidenceId) -> NetworkPolicy:
    """Return a NetworkPolicy; one that does not tell its directions has those of its rules."""
    spec = section(item, "spec")
    told = words(spec, "policyTypes")
    return NetworkPolicy(
        meta=meta("NetworkPolicy", item, source),
        selector=selector(spec.get("podSelector")),
        directions=told or ("Ingress", *(("Egress",) if entries(spec, "egress") else ())),
        ingress=tuple(_rule(each, "from") for each in entries(spec, "ingress")),
        egress=tuple(_rule(each, "to") for each in entries(spec, "egress")),
    )


def _rule(item: Json, peers: str) -> PolicyRule:
    return PolicyRule(
        peers=tuple(_peer(each) for each in entries(item, peers)),
        ports=tuple(_port(each) for each in entries(item, "ports")),
    )


def _port(item: Json) -> ServicePort:
    """Return a port of a rule: by number or by name, or 0 for every port of the protocol."""
    named = port(item, "port")
    return ServicePort(
        port=named if isinstance(named, int) else 0,
        name=named if isinstance(named, str) else "",
        protocol=text(item, "protocol") or "TCP",
        last=whole(item, "endPort"),
    )


def _peer(item: Json) -> Peer:
    block = section(item, "ipBlock")
    return Peer(
        pods=selector_if_any(item.get("podSelector")),
        namespaces=selector_if_any(item.get("namespaceSelector")),
        cidr=text(block, "cidr"),
        excluded=words(block, "except"),
    )
