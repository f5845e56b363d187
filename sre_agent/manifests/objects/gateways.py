"""The Gateway API: gateways, their classes, and HTTP routes."""

from sre_agent.domain.cluster.network import Backend, ClassOf, Gateway, HttpRoute
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.fields import Json, entries, section, text, whole
from sre_agent.manifests.objects.meta import conditions, meta


def gateway(item: Json, source: EvidenceId) -> Gateway:
    """Return a Gateway; its listeners as `name:port`, their conditions beside its own."""
    spec = section(item, "spec")
    head = meta("Gateway", item, source)
    return Gateway(
        meta=head,
        gateway_class=text(spec, "gatewayClassName"),
        listeners=tuple(
            f"{text(each, 'name')}:{text(each, 'port')}" for each in entries(spec, "listeners")
        ),
        tls_secrets=tuple(
            f"{text(certificate, 'namespace') or head.ref.namespace}/{text(certificate, 'name')}"
            for each in entries(spec, "listeners")
            for certificate in entries(each, "tls", "certificateRefs")
            if (text(certificate, "kind") or "Secret") == "Secret"
        ),
        conditions=(
            *conditions(item),
            *(
                said
                for each in entries(item, "status", "listeners")
                for said in conditions(each, "conditions")
            ),
        ),
    )


def gateway_class(item: Json, source: EvidenceId) -> ClassOf:
    """Return a GatewayClass."""
    return ClassOf(
        meta=meta("GatewayClass", item, source),
        controller=text(section(item, "spec"), "controllerName"),
        conditions=conditions(item),
    )


def http_route(item: Json, source: EvidenceId) -> HttpRoute:
    """Return an HTTPRoute, with what each of its parents says of it."""
    spec = section(item, "spec")
    head = meta("HTTPRoute", item, source)
    return HttpRoute(
        meta=head,
        parents=tuple(
            ObjectRef(
                kind=text(each, "kind") or "Gateway",
                namespace=text(each, "namespace") or head.ref.namespace,
                name=text(each, "name"),
            )
            for each in entries(spec, "parentRefs")
        ),
        backends=tuple(
            _backend(each)
            for rule in entries(spec, "rules")
            for each in entries(rule, "backendRefs")
        ),
        conditions=tuple(
            said
            for each in entries(item, "status", "parents")
            for said in conditions(each, "conditions")
        ),
    )


def _backend(item: Json) -> Backend:
    return Backend(
        service=text(item, "name"),
        port=whole(item, "port"),
        kind=text(item, "kind") or "Service",
        namespace=text(item, "namespace"),
    )
