"""Ingresses that name what is not there."""

from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.network import Backend, Ingress, Service
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId

_BY_ANNOTATION = "use-annotation"
"""The port of a backend that is no Service, but an action of the load balancer."""
_ISSUER = "cert-manager.io/"
ISSUING = timedelta(minutes=5)
"""Who signs certificates asks for proof first."""
_SOLVING = "/.well-known/acme-challenge/"
"""Where a certificate's issuer asks for proof (RFC 8555); who answers there is made and gone in minutes."""
_LEGACY_CLASS = "kubernetes.io/ingress.class"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect ingresses by the Services, classes and Secrets they name."""
    for item in view.snapshot.ingresses:
        if _is_solver(item):
            continue
        yield from _backends(view, item)
        yield from _class(view, item)
        yield from _secrets(view, item)


def _is_solver(item: Ingress) -> bool:
    """Return whether an Ingress only answers the proof that a certificate's issuer asks for."""
    return bool(item.backends) and all(each.path.startswith(_SOLVING) for each in item.backends)


def _backends(view: View, item: Ingress) -> Iterator[Hypothesis]:
    for backend in item.backends:
        service = view.services.get((item.meta.ref.namespace, backend.service))
        why = lacking(view, service, backend)
        if why:
            yield _suspect(
                item,
                FaultClass.INGRESS_BACKEND_MISSING,
                weights.POD_STATE,
                why,
                view.source("Service"),
            )
            return


def lacking(view: View, service: Service | None, backend: Backend) -> str:
    """Return what a route's backend lacks: the Service, or the port of it; empty if nothing."""
    if backend.kind != "Service" or backend.port == _BY_ANNOTATION:
        return ""
    path = f"{backend.host}{backend.path or '/'}"
    if service is None:
        is_known = view.knows_all("Service")
        return f"{path} goes to Service {backend.service}, which does not exist" if is_known else ""
    ports = {port.port for port in service.ports} | {port.name for port in service.ports}
    if backend.port is not None and service.ports and backend.port not in ports:
        has = ", ".join(str(port.port) for port in service.ports)
        return f"{path} goes to port {backend.port} of Service {backend.service}, which has {has}"
    return ""


def _class(view: View, item: Ingress) -> Iterator[Hypothesis]:
    if not view.knows_all("IngressClass"):
        return
    known = {found.meta.ref.name for found in view.snapshot.ingress_classes}
    has_default = any(found.is_default for found in view.snapshot.ingress_classes)
    wanted = item.ingress_class
    if wanted and wanted not in known:
        why, weight = f"its class {wanted} does not exist", weights.CONTRADICTION
    elif not wanted and not has_default and _LEGACY_CLASS not in item.meta.annotations:
        why, weight = "it names no class and none is the default", weights.GENERIC_STATE
    else:
        return
    if not item.addresses:
        yield _suspect(
            item, FaultClass.INGRESS_CLASS_MISSING, weight, why, view.source("IngressClass")
        )


def _secrets(view: View, item: Ingress) -> Iterator[Hypothesis]:
    if not view.knows_all("Secret") or _is_issued(view, item):
        return
    known = {(found.meta.ref.namespace, found.meta.ref.name) for found in view.snapshot.secrets}
    for name in item.tls_secrets:
        if (item.meta.ref.namespace, name) not in known:
            why = f"its certificate's Secret {name} does not exist"
            yield _suspect(
                item,
                FaultClass.INGRESS_SECRET_MISSING,
                weights.CONTRADICTION,
                why,
                view.source("Secret"),
            )


def _is_issued(view: View, item: Ingress) -> bool:
    """Return whether a new Ingress's certificate may still be on its way."""
    is_asked = any(key.startswith(_ISSUER) for key in item.meta.annotations)
    began = item.meta.created_at
    return is_asked and began is not None and view.snapshot.taken_at - began < ISSUING


def _suspect(
    item: Ingress, fault: FaultClass, weight: float, why: str, listed: EvidenceId | None
) -> Hypothesis:
    ids = [item.meta.source, *([listed] if listed else [])]
    statement = f"Ingress {item.meta.ref.name}: {why}"
    return cause(Suspect(fault, item.meta.ref), "ingress.names", weight, statement, ids)
