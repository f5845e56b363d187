"""The Secrets and ConfigMaps that a pod asks for, and which of them are not there."""

from collections.abc import Iterator

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerSpec, PodSpec, Reference
from sre_agent.domain.ids import EvidenceId

KINDS = ("Secret", "ConfigMap")


def asked_for(spec: PodSpec) -> Iterator[Reference]:
    """Return what a pod cannot start without; what is optional is left out."""
    for container in (*spec.init_containers, *spec.containers):
        yield from (item for item in _of(container) if not item.optional)
    for volume in spec.volumes:
        given = volume.reference
        if given and not given.optional:
            yield given
            for key in volume.keys:
                yield Reference(kind=given.kind, name=given.name, key=key)


def _of(container: ContainerSpec) -> Iterator[Reference]:
    yield from container.env_from
    yield from (item.reference for item in container.env if item.reference)


def keys_of(view: View, namespace: str, kind: str, name: str) -> tuple[str, ...] | None:
    """Return the keys of a Secret or ConfigMap, or None where it was not read."""
    held = view.snapshot.secrets if kind == "Secret" else view.snapshot.configmaps
    for item in held:
        if (item.meta.ref.namespace, item.meta.ref.name) == (namespace, name):
            return item.keys
    return None


def source_of(view: View, namespace: str, kind: str, name: str) -> EvidenceId | None:
    """Return the evidence of a Secret or ConfigMap, or that which lists the kind."""
    held = view.snapshot.secrets if kind == "Secret" else view.snapshot.configmaps
    for item in held:
        if (item.meta.ref.namespace, item.meta.ref.name) == (namespace, name):
            return item.meta.source
    return view.source(kind)


def is_missing(view: View, namespace: str, kind: str, name: str) -> bool:
    """Return whether a Secret or ConfigMap is known not to be there."""
    listed = view.knows_all(kind) and namespace in view.snapshot.namespaces
    return listed and keys_of(view, namespace, kind, name) is None
