"""Ingresses and their classes."""

from collections.abc import Iterator

from sre_agent.domain.cluster.network import Backend, ClassOf, Ingress
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.fields import Json, entries, section, text, whole
from sre_agent.manifests.objects.meta import meta

_OLD_CLASS = "kubernetes.io/ingress.class"
_IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def ingress(item: Json, source: EvidenceId) -> Ingress:
    """Return an Ingress; its default backend is the one without host and path."""
    spec = section(item, "spec")
    head = meta("Ingress", item, source)
    return Ingress(
        meta=head,
        ingress_class=text(spec, "ingressClassName") or head.annotations.get(_OLD_CLASS, ""),
        backends=tuple(_backends(spec)),
        tls_secrets=tuple(
            name for each in entries(spec, "tls") if (name := text(each, "secretName"))
        ),
        addresses=tuple(
            text(each, "ip") or text(each, "hostname")
            for each in entries(item, "status", "loadBalancer", "ingress")
        ),
    )


def _backends(spec: Json) -> Iterator[Backend]:
    default = section(spec, "defaultBackend")
    if default:
        yield _backend(default, "", "")
    for rule in entries(spec, "rules"):
        for path in entries(rule, "http", "paths"):
            yield _backend(section(path, "backend"), text(rule, "host"), text(path, "path"))


def _backend(item: Json, host: str, path: str) -> Backend:
    """Return where a path leads: to a Service, or to a resource of another kind."""
    resource = section(item, "resource")
    if resource:
        return Backend(
            service=text(resource, "name"), host=host, path=path, kind=text(resource, "kind")
        )
    target = section(item, "service")
    wanted = section(target, "port")
    return Backend(
        service=text(target, "name"),
        port=whole(wanted, "number") or text(wanted, "name") or None,
        host=host,
        path=path,
    )


def ingress_class(item: Json, source: EvidenceId) -> ClassOf:
    """Return an IngressClass."""
    head = meta("IngressClass", item, source)
    return ClassOf(
        meta=head,
        controller=text(section(item, "spec"), "controller"),
        is_default=head.annotations.get(_IS_DEFAULT) == "true",
    )
