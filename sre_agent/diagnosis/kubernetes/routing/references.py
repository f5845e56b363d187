"""What ConfigMaps and Secrets a template reads."""

from collections.abc import Iterator

from sre_agent.domain.cluster.pods import PodSpec, Reference


def of(template: PodSpec) -> Iterator[Reference]:
    """Yield every ConfigMap and Secret that a template's variables and volumes refer to."""
    for box in (*template.init_containers, *template.containers):
        yield from box.env_from
        yield from (item.reference for item in box.env if item.reference)
    yield from (item.reference for item in template.volumes if item.reference)


def names(template: PodSpec) -> frozenset[str]:
    """Return the names of all that a template reads."""
    return frozenset(item.name for item in of(template))


def reads(template: PodSpec, kind: str, name: str) -> bool:
    """Return whether a template reads a certain ConfigMap or Secret."""
    return any((item.kind, item.name) == (kind, name) for item in of(template))
