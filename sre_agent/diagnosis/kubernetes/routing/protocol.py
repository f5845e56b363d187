"""Services that carry another protocol than their pods speak."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.routing import target_port
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service, ServicePort
from sre_agent.domain.cluster.pods import ContainerPort
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass

_SPEAKS_HTTP2 = frozenset({"grpc", "http2", "kubernetes.io/h2c", "h2c"})
_SPEAKS_HTTP1 = frozenset({"http", "http1", "kubernetes.io/ws"})


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a Service's port whose protocol differs from that of the port it leads to."""
    for service in view.snapshot.services:
        for ref in view.behind(service):
            for port in service.ports:
                yield from _transport(service, port, view.workloads[ref])
                yield from _application(service, port, view.workloads[ref])


def _transport(service: Service, port: ServicePort, item: Workload) -> Iterator[Hypothesis]:
    meant = _meant(port, item)
    speaks = {found.protocol.upper() for found in meant}
    if not meant or port.protocol.upper() in speaks:
        return
    others = {
        other.protocol.upper()
        for other in service.ports
        if target_port.target_of(other) == target_port.target_of(port)
    }
    names = "/".join(sorted(speaks))
    yield cause(
        Suspect(FaultClass.SERVICE_PROTOCOL_MISMATCH, item.meta.ref),
        "service.protocol",
        weights.HINT if others & speaks else weights.POD_STATE,
        f"Service {service.meta.ref.name} carries {port.protocol} at port {port.port}; "
        f"{item.meta.ref.name} listens at {meant[0].number} by {names}",
        [service.meta.source, item.meta.source],
        service=service.meta.ref.name,
        port=port.port,
        protocol=port.protocol,
    )


def _meant(port: ServicePort, item: Workload) -> list[ContainerPort]:
    target = target_port.target_of(port)
    return [
        found
        for found in target_port.offered(item.template)
        if target in {found.number, found.name}
    ]


def _application(service: Service, port: ServicePort, item: Workload) -> Iterator[Hypothesis]:
    """Suspect what a Service says of the application's protocol, where its probes speak another."""
    said = port.app_protocol.lower()
    probes = {
        probe.handler
        for box in item.template.containers
        for probe in (box.readiness, box.liveness)
        if probe and probe.port in {target_port.target_of(port), port.port}
    }
    is_wrong = (said in _SPEAKS_HTTP2 and probes == {"http"}) or (
        said in _SPEAKS_HTTP1 and probes == {"grpc"}
    )
    if is_wrong:
        spoken = "HTTP/1" if probes == {"http"} else "gRPC"
        yield cause(
            Suspect(FaultClass.SERVICE_PROTOCOL_MISMATCH, item.meta.ref),
            "service.app_protocol",
            weights.GENERIC_STATE,
            f"Service {service.meta.ref.name} declares {port.app_protocol} at port {port.port}; "
            f"the probes of {item.meta.ref.name} speak {spoken} there",
            [service.meta.source, item.meta.source],
            service=service.meta.ref.name,
            port=port.port,
        )
