"""Gateways and routes of the Gateway API that name what is not there, or are not carried out."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.routing.ingress import lacking
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Condition, Meta
from sre_agent.domain.cluster.network import Gateway, HttpRoute
from sre_agent.domain.faults import FaultClass

_NOT_THERE_YET = "Pending"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect gateways by class, certificate and state, and routes by parents and backends."""
    for gateway in view.snapshot.gateways:
        yield from _gateway(view, gateway)
    for route in view.snapshot.http_routes:
        yield from _parents(view, route)
        yield from _backends(view, route)


def _gateway(view: View, item: Gateway) -> Iterator[Hypothesis]:
    classes = {found.meta.ref.name: found for found in view.snapshot.gateway_classes}
    known = classes.get(item.gateway_class)
    if known is None and view.knows_all("GatewayClass"):
        why = f"its class {item.gateway_class or '(none)'} does not exist"
        yield _suspect(item.meta, FaultClass.GATEWAY_CLASS_MISSING, weights.CONTRADICTION, why)
        return
    refused = known and _refusal(known.conditions, ("Accepted",))
    if refused:
        why = f"its class is not accepted: {refused.reason} {refused.message}"
        yield _suspect(item.meta, FaultClass.GATEWAY_CLASS_MISSING, weights.CONTRADICTION, why)
    yield from _certificates(view, item)
    state = _refusal(item.conditions, ("Programmed", "Accepted", "Ready"))
    if state and state.reason != _NOT_THERE_YET:
        why = f"it is not {state.type.lower()}: {state.reason} {state.message}"
        yield _suspect(item.meta, FaultClass.GATEWAY_NOT_PROGRAMMED, weights.GENERIC_STATE, why)


def _certificates(view: View, item: Gateway) -> Iterator[Hypothesis]:
    if not view.knows_all("Secret"):
        return
    known = {f"{found.meta.ref.namespace}/{found.meta.ref.name}" for found in view.snapshot.secrets}
    for name in item.tls_secrets:
        if name not in known and name.partition("/")[0] in view.snapshot.namespaces:
            why = f"its certificate's Secret {name} does not exist"
            yield _suspect(item.meta, FaultClass.INGRESS_SECRET_MISSING, weights.CONTRADICTION, why)


def _parents(view: View, route: HttpRoute) -> Iterator[Hypothesis]:
    known = {item.meta.ref for item in view.snapshot.gateways}
    for parent in route.parents:
        is_listed = view.knows_all("Gateway") and parent.namespace in view.snapshot.namespaces
        if parent.kind == "Gateway" and is_listed and parent not in known:
            why = f"it hangs on gateway {parent.name}, which does not exist"
            yield _suspect(route.meta, FaultClass.ROUTE_PARENT_MISSING, weights.CONTRADICTION, why)
    refused = _refusal(route.conditions, ("Accepted",))
    if refused:
        why = f"no gateway accepts it: {refused.reason} {refused.message}"
        yield _suspect(route.meta, FaultClass.ROUTE_PARENT_MISSING, weights.GENERIC_STATE, why)


def _backends(view: View, route: HttpRoute) -> Iterator[Hypothesis]:
    for backend in route.backends:
        namespace = backend.namespace or route.meta.ref.namespace
        service = view.services.get((namespace, backend.service))
        if service is None and namespace not in view.snapshot.namespaces:
            continue
        why = lacking(view, service, backend)
        if why:
            yield _suspect(route.meta, FaultClass.ROUTE_BACKEND_MISSING, weights.POD_STATE, why)
            return
    refused = _refusal(route.conditions, ("ResolvedRefs",))
    if refused:
        why = f"{refused.reason} {refused.message}"
        yield _suspect(route.meta, FaultClass.ROUTE_BACKEND_MISSING, weights.CONTRADICTION, why)


def _refusal(conditions: Sequence[Condition], types: Sequence[str]) -> Condition | None:
    found = (item for item in conditions if item.type in types and item.status == "False")
    return next(found, None)


def _suspect(about: Meta, fault: FaultClass, weight: float, why: str) -> Hypothesis:
    statement = f"{about.ref.kind} {about.ref.name}: {why[:200]}"
    return cause(Suspect(fault, about.ref), "gateway.names", weight, statement, [about.source])
