"""Reading NetworkPolicies."""

from collections.abc import Iterator

from sre_agent.domain.cluster.meta import Meta, Selector
from sre_agent.domain.cluster.network import NetworkPolicy, Peer, PolicyRule, ServicePort
from sre_agent.manifests.kubectl.answers import Answers
from sre_agent.manifests.kubectl.outline import Block, outline
from sre_agent.manifests.kubectl.tables import number
from sre_agent.manifests.kubectl.workloads import selector


def network_policies(answers: Answers) -> tuple[NetworkPolicy, ...]:
    """Return the NetworkPolicies."""
    kind = "NetworkPolicy"
    found: list[NetworkPolicy] = []
    for key, row, description in answers.each(kind):
        meta = answers.meta(kind, key, row, description)
        if description:
            found.append(_policy(meta, outline(description.text).find("Spec")))
        elif row:
            chosen = selector(row.told("POD-SELECTOR"))
            found.append(NetworkPolicy(meta=meta, selector=chosen))
    return tuple(found)


def _policy(meta: Meta, spec: Block) -> NetworkPolicy:
    types = spec.get("Policy Types")
    return NetworkPolicy(
        meta=meta,
        selector=_selector(spec.get("PodSelector")),
        directions=tuple(part.strip() for part in types.split(",") if part.strip()),
        ingress=tuple(_rules(spec.find("Allowing ingress traffic"), "From")),
        egress=tuple(_rules(spec.find("Allowing egress traffic"), "To")),
    )


def _selector(text: str) -> Selector:
    """Return a selector; `<none> (Allowing the specific traffic to all pods …)` is of all."""
    return Selector() if text.startswith("<none>") else selector(text)


def _rules(traffic: Block, word: str) -> Iterator[PolicyRule]:
    """Yield the rules, which are parted by lines of dashes and each begin with their ports."""
    ports: list[ServicePort] = []
    peers: list[Peer] = []
    is_open = False
    for line in traffic.blocks:
        if line.text.startswith("<none>"):
            return
        if line.text.startswith("-----"):
            yield PolicyRule(peers=tuple(peers), ports=tuple(ports))
            ports, peers, is_open = [], [], False
        elif line.key == "To Port" and "/" in line.value:
            port, _, protocol = line.value.partition("/")
            ports.append(ServicePort(port=number(port), protocol=protocol))
        elif line.key == word and line.blocks:
            peers.append(_peer(line))
        is_open = True
    if is_open:
        yield PolicyRule(peers=tuple(peers), ports=tuple(ports))


def _peer(block: Block) -> Peer:
    pods, namespaces = block.get("PodSelector"), block.get("NamespaceSelector")
    address = block.find("IPBlock")
    excluded = address.get("Except")
    return Peer(
        pods=_selector(pods) if block.has("PodSelector") else None,
        namespaces=_selector(namespaces) if block.has("NamespaceSelector") else None,
        cidr=address.get("CIDR"),
        excluded=tuple(part.strip() for part in excluded.split(",") if part.strip()),
    )
