"""How traffic finds pods, and what forbids it to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.cluster.meta import Condition, Meta, Selector
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """A port of a Service; `target` is a number, a container port's name, or None for the same."""

    port: int
    target: int | str | None = None
    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    node_port: int | None = None
    last: int | None = None
    """Of a policy's range of ports the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A Service. None for `selector` means that it selects nothing by itself."""

    meta: Meta
    type: str = "ClusterIP"
    selector: Mapping[str, str] | None = None
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = ""
    external_name: str = ""
    balancer_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address behind a Service, and the pod that has it, if one is named."""

    ip: str
    pod: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses behind the Service of the same name (from Endpoints or EndpointSlices)."""

    meta: Meta
    ready: tuple[Address, ...] = ()
    not_ready: tuple[Address, ...] = ()
    ports: tuple[ServicePort, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where a route sends traffic; `port` is a number or the name of a Service's port."""

    service: str
    port: int | str | None = None
    host: str = ""
    path: str = ""
    kind: str = "Service"
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """An Ingress. `tls_secrets` are the Secrets its hosts are served with."""

    meta: Meta
    ingress_class: str = ""
    backends: tuple[Backend, ...] = ()
    tls_secrets: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOf:
    """An IngressClass or GatewayClass, and who carries it out."""

    meta: Meta
    controller: str = ""
    is_default: bool = False
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A Gateway; `listeners` by name with port, `tls_secrets` by `namespace/name`."""

    meta: Meta
    gateway_class: str = ""
    listeners: tuple[str, ...] = ()
    tls_secrets: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRoute:
    """An HTTPRoute: the gateways it hangs on, where it sends to, and what they say of it."""

    meta: Meta
    parents: tuple[ObjectRef, ...] = ()
    backends: tuple[Backend, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who may speak; all empty means everybody. `namespaces` of None means the policy's own."""

    pods: Selector | None = None
    namespaces: Selector | None = None
    cidr: str = ""
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule of a NetworkPolicy; no peers means everybody, no ports every port."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[ServicePort, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """A NetworkPolicy. A direction in `directions` (Ingress, Egress) without a rule denies all of it."""

    meta: Meta
    selector: Selector = Selector()
    directions: tuple[str, ...] = ("Ingress",)
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connectivity:
    """Somebody tried to reach a Service: from which node, at which port, and whether it answered."""

    service: ObjectRef
    port: int
    source: EvidenceId
    is_open: bool
    from_node: str = ""
    to_ip: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A caller and whom it calls, as a dependency map or configuration tells."""

    caller: ObjectRef
    callee: ObjectRef
    source: EvidenceId
    attributes: Mapping[str, str] = field(default_factory=dict)
