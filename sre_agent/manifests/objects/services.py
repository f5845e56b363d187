"""Services, and the addresses behind them."""

from collections.abc import Iterable, Sequence

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.network import Address, Endpoints, Service, ServicePort
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import (
    Json,
    count,
    entries,
    port,
    section,
    text,
    texts,
    whole,
    words,
)
from sre_agent.manifests.objects.meta import meta

_SERVICE_OF_SLICE = "kubernetes.io/service-name"


def service(item: Json, source: EvidenceId) -> Service:
    """Return a Service."""
    spec = section(item, "spec")
    return Service(
        meta=meta("Service", item, source),
        type=text(spec, "type") or "ClusterIP",
        selector=texts(spec, "selector") or None,
        ports=tuple(_service_port(each) for each in entries(spec, "ports")),
        cluster_ip=text(spec, "clusterIP"),
        external_name=text(spec, "externalName"),
        balancer_addresses=tuple(
            text(each, "ip") or text(each, "hostname")
            for each in entries(item, "status", "loadBalancer", "ingress")
        ),
    )


def _service_port(item: Json) -> ServicePort:
    return ServicePort(
        port=count(item, "port"),
        target=port(item, "targetPort"),
        name=text(item, "name"),
        protocol=text(item, "protocol") or "TCP",
        app_protocol=text(item, "appProtocol"),
        node_port=whole(item, "nodePort"),
    )


def endpoints(item: Json, source: EvidenceId) -> Endpoints:
    """Return Endpoints."""
    subsets = entries(item, "subsets")
    return Endpoints(
        meta=meta("Endpoints", item, source),
        ready=tuple(_address(each) for part in subsets for each in entries(part, "addresses")),
        not_ready=tuple(
            _address(each) for part in subsets for each in entries(part, "notReadyAddresses")
        ),
        ports=tuple(_service_port(each) for part in subsets for each in entries(part, "ports")),
    )


def _address(item: Json) -> Address:
    return Address(
        ip=text(item, "ip"), pod=_pod(section(item, "targetRef")), node=text(item, "nodeName")
    )


def _pod(target: Json) -> str:
    return text(target, "name") if text(target, "kind") == "Pod" else ""


def of_slices(slices: Iterable[tuple[Json, EvidenceId]]) -> tuple[Endpoints, ...]:
    """Return the addresses of EndpointSlices, those of one Service together."""
    found: dict[ObjectRef, list[tuple[Json, Meta]]] = {}
    for item, source in slices:
        head = meta("EndpointSlice", item, source)
        name = head.labels.get(_SERVICE_OF_SLICE, "")
        if name:
            ref = ObjectRef(kind="Endpoints", namespace=head.ref.namespace, name=name)
            found.setdefault(ref, []).append((item, head))
    return tuple(_joined(ref, parts) for ref, parts in found.items())


def _joined(ref: ObjectRef, parts: Sequence[tuple[Json, Meta]]) -> Endpoints:
    listed = [each for item, _ in parts for each in entries(item, "endpoints")]
    first = parts[0][1]
    return Endpoints(
        meta=Meta(ref=ref, source=first.source, labels=first.labels, created_at=first.created_at),
        ready=tuple(address for each in listed if _is_ready(each) for address in _of_slice(each)),
        not_ready=tuple(
            address for each in listed if not _is_ready(each) for address in _of_slice(each)
        ),
        ports=tuple(
            dict.fromkeys(
                _service_port(each) for item, _ in parts for each in entries(item, "ports")
            )
        ),
    )


def _is_ready(endpoint: Json) -> bool:
    """Return whether an address takes traffic; one that does not say so does."""
    return section(endpoint, "conditions").get("ready") is not False


def _of_slice(endpoint: Json) -> tuple[Address, ...]:
    pod, node = _pod(section(endpoint, "targetRef")), text(endpoint, "nodeName")
    return tuple(Address(ip=ip, pod=pod, node=node) for ip in words(endpoint, "addresses"))
