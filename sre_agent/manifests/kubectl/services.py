"""Reading Services and the addresses behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.network import Address, Endpoints, Service, ServicePort
from sre_agent.domain.cluster.pods import Pod
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed
from sre_agent.manifests.kubectl.outline import top_lines
from sre_agent.manifests.kubectl.tables import number
from sre_agent.manifests.kubectl.workloads import selector


def services(answers: Answers) -> tuple[Service, ...]:
    """Return the Services."""
    return tuple(
        _service(answers, key, row, description)
        for key, row, description in answers.each("Service")
    )


def _service(
    answers: Answers, key: Key, row: Listed | None, description: Described | None
) -> Service:
    meta = answers.meta("Service", key, row, description)
    if not description or not description.text:
        return _only_listed(meta, row or Listed({}, meta.source))
    told = top_lines(description.text)
    chosen = told.get("Selector", "")
    address = told.get("IP", "")
    return Service(
        meta=meta,
        type=told.get("Type", "ClusterIP"),
        selector=selector(chosen).labels if chosen else None,
        ports=_ports(description.text),
        cluster_ip=address,
        external_name=told.get("External Name", ""),
        balancer_addresses=_addresses(told.get("LoadBalancer Ingress", "")),
    )


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(part.strip().partition(" ")[0] for part in text.split(",") if part.strip())


def _ports(text: str) -> tuple[ServicePort, ...]:
    """Return the ports, each a line `Port:` followed by its `TargetPort:` and maybe `NodePort:`."""
    found: list[ServicePort] = []
    start = max(text.find("\nPort:"), 0)
    end = text.find("\nEndpoints:")
    for line in text[start : end if end >= 0 else None].split("\n"):
        key, _, value = line.partition(":")
        words = value.split()
        if not words:
            continue
        if key == "Port":
            port, _, protocol = words[-1].partition("/")
            name = "" if words[0] == "<unset>" or len(words) == 1 else words[0]
            found.append(ServicePort(port=number(port), name=name, protocol=protocol or "TCP"))
        elif key == "TargetPort" and found:
            target = words[0].partition("/")[0]
            found[-1] = replace(found[-1], target=int(target) if target.isdigit() else target)
        elif key == "NodePort" and found:
            found[-1] = replace(found[-1], node_port=number(words[-1].partition("/")[0]) or None)
    return tuple(found)


def _only_listed(meta: Meta, row: Listed) -> Service:
    chosen = row.told("SELECTOR")
    address = row.told("CLUSTER-IP")
    return Service(
        meta=meta,
        type=row.told("TYPE") or "ClusterIP",
        selector=selector(chosen).labels if chosen else None,
        ports=tuple(_listed_port(part) for part in row.told("PORT(S)").split(",") if part),
        cluster_ip=address,
        balancer_addresses=_addresses(row.told("EXTERNAL-IP")),
    )


def _listed_port(text: str) -> ServicePort:
    numbers, _, protocol = text.partition("/")
    port, _, node_port = numbers.partition(":")
    return ServicePort(
        port=number(port), protocol=protocol or "TCP", node_port=number(node_port) or None
    )


def endpoints(answers: Answers, pods: tuple[Pod, ...]) -> tuple[Endpoints, ...]:
    """Return the addresses behind Services, with the pods that have them."""
    by_ip = {pod.ip: pod for pod in pods if pod.ip and not pod.spec.host_network}
    return tuple(
        _endpoints(answers, key, row, description, by_ip)
        for key, row, description in answers.each("Endpoints")
    )


def _endpoints(
    answers: Answers,
    key: Key,
    row: Listed | None,
    description: Described | None,
    by_ip: Mapping[str, Pod],
) -> Endpoints:
    meta = answers.meta("Endpoints", key, row, description)
    if not description or not description.text:
        shown = row.told("ENDPOINTS") if row else ""
        ips = (part.strip().partition(":")[0] for part in shown.partition(" + ")[0].split(","))
        return Endpoints(meta=meta, ready=_known(ips, by_ip))
    ready, not_ready, ports = list[str](), list[str](), list[ServicePort]()
    for line in description.text.split("\n"):
        body = line.strip()
        if body.startswith("Addresses:"):
            ready += _ips(body)
        elif body.startswith("NotReadyAddresses:"):
            not_ready += _ips(body)
        elif line.startswith("    ") and body.rpartition(" ")[2] in ("TCP", "UDP", "SCTP"):
            name, port, protocol = (*body.split(), "", "")[:3]
            unnamed = "" if name == "<unset>" else name
            ports.append(ServicePort(port=number(port), name=unnamed, protocol=protocol))
    return Endpoints(
        meta=meta,
        ready=_known(ready, by_ip),
        not_ready=_known(not_ready, by_ip),
        ports=tuple(ports),
    )


def _ips(line: str) -> list[str]:
    listed = line.partition(":")[2].strip()
    return [] if listed == "<none>" else [part.strip() for part in listed.split(",") if part]


def _known(ips: Iterable[str], by_ip: Mapping[str, Pod]) -> tuple[Address, ...]:
    found: list[Address] = []
    for ip in ips:
        pod = by_ip.get(ip)
        if pod:
            found.append(Address(ip=ip, pod=pod.meta.ref.name, node=pod.node))
        elif ip:
            found.append(Address(ip=ip))
    return tuple(found)
