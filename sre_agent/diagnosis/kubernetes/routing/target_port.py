"""Services that lead to a port where nobody listens, or that callers know by another port."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Fact, Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import hosts, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Service, ServicePort
from sre_agent.domain.cluster.pods import ContainerPort, PodSpec
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

MANY = 2
"""As many callers do not all err in the same way."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a Service's port by what its pods offer, and by what its callers ask for."""
    asked = _asked(view)
    for service in view.snapshot.services:
        for ref in view.behind(service):
            item = view.workloads[ref]
            for port in service.ports:
                yield from _wrong_target(view, service, port, item)
            yield from _wrong_port(service, item, asked.get(service.meta.ref, {}))


def offered(template: PodSpec) -> tuple[ContainerPort, ...]:
    """Return the ports that a template's containers declare."""
    return tuple(port for item in template.containers for port in item.ports)


def target_of(port: ServicePort) -> int | str:
    """Return where a Service's port leads to: a number, or the name of a container's port."""
    target = port.port if port.target is None else port.target
    return int(target) if isinstance(target, str) and target.isdigit() else target


def _wrong_target(
    view: View, service: Service, port: ServicePort, item: Workload
) -> Iterator[Hypothesis]:
    ports, target = offered(item.template), target_of(port)
    known = {found.name if isinstance(target, str) else found.number for found in ports}
    if not ports or target in known or _is_probed(view, item, target):
        return
    tries = [
        found
        for found in view.snapshot.connectivity
        if found.service == service.meta.ref and found.port == port.port
    ]
    if any(found.is_open for found in tries):
        return
    weight = weights.POD_STATE if isinstance(target, str) or tries else weights.CONTRADICTION
    if not tries and all(_is_for_metrics(found) for found in ports):
        weight = weights.HINT
    listed = ", ".join(
        sorted(f"{found.name or ''}{':' * bool(found.name)}{found.number}" for found in ports)
    )
    yield cause(
        Suspect(FaultClass.SERVICE_TARGET_PORT_MISMATCH, item.meta.ref),
        "service.target_port",
        weight,
        f"Service {service.meta.ref.name} leads its port {port.port} to {target}; the pods of "
        f"{item.meta.ref.name} offer {listed}",
        [service.meta.source, item.meta.source, *(found.source for found in tries)],
        service=service.meta.ref.name,
        port=port.port,
        target=target,
        **_mended(service, port, target, item),
    )


def _mended(
    service: Service, port: ServicePort, target: int | str, item: Workload
) -> dict[str, Fact]:
    """Return the port to lead to, where its pods offer a single one beside those for metrics."""
    found = [each for each in offered(item.template) if not _is_for_metrics(each)]
    if len(found) != 1 or service.meta.ref.name != item.meta.ref.name:
        return {}
    return {
        "leading_service": service.meta.ref.name,
        "service_port": port.port,
        "target_port_now": str(target),
        "target_port_new": str(found[0].number),
    }


def _is_for_metrics(port: ContainerPort) -> bool:
    """Return whether a port is declared for whoever measures; the others need not be."""
    return any(word in port.name for word in ("metric", "prom"))


def _is_probed(view: View, item: Workload, target: int | str) -> bool:
    """Return whether a probe that succeeds asks at the same port, so that somebody listens there."""
    is_well = not wellbeing.is_unwell(view, item.meta.ref)
    return any(
        probe is not None and probe.port == target
        for box in item.template.containers
        for probe in (box.readiness, *((box.liveness, box.startup) if is_well else ()))
    )


_Asked = dict[ObjectRef, dict[int, dict[ObjectRef, EvidenceId]]]


def _asked(view: View) -> _Asked:
    """Return by Service and port who asks for it in a variable."""
    found: _Asked = {}
    for ref, source, address, service in hosts.configured(view):
        if service and address.port:
            by_port = found.setdefault(service.meta.ref, {})
            by_port.setdefault(address.port, {})[ref] = source
    return found


def _wrong_port(
    service: Service, item: Workload, asked: dict[int, dict[ObjectRef, EvidenceId]]
) -> Iterator[Hypothesis]:
    """Suspect the Service where all its callers agree on a port that it does not have.

    One caller alone is believed only if the pods listen at the port it asks for; else it errs itself.
    """
    ports = {port.port for port in service.ports}
    if len(asked) != 1 or asked.keys() & ports:
        return
    port, callers = next(iter(asked.items()))
    is_offered = port in {found.number for found in offered(item.template)}
    targets = {target_of(found) for found in service.ports}
    if len(callers) < MANY and not (is_offered and not targets & ports):
        return
    names = ", ".join(sorted(ref.name for ref in callers)[:3])
    has = ", ".join(str(found) for found in sorted(ports))
    yield cause(
        Suspect(FaultClass.SERVICE_TARGET_PORT_MISMATCH, item.meta.ref),
        "service.port",
        weights.CONTRADICTION_SEEN,
        f"Service {service.meta.ref.name} has port {has}; {names} ask for {port}",
        [service.meta.source, *callers.values()],
        service=service.meta.ref.name,
        asked=port,
    )
