"""What a person can ask to have changed: the objects that were looked at, and what is known of each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sre_agent.domain import observations
from sre_agent.domain.actions import Actions
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import (
    Node,
    NodeList,
    ObjectList,
    ResourceList,
    RolloutHistory,
    ServiceEndpoints,
    Workload,
)

OBJECTS_MAX = 2000
"""More than these nobody picks from a list; those of the incident's own namespace stay."""


class Known(Value):
    """An object that was seen, with what an argument of an action on it can be.

    `revisions` are those that its history keeps, the newest first, without the one in force.
    """

    object: ObjectRef
    containers: tuple[str, ...] = ()
    revisions: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()


def objects(evidence: Sequence[Evidence], actions: Actions, namespace: str) -> tuple[Known, ...]:
    """Return what was seen and some action can change, the namespace's own first, in order.

    Of two looks at one object the newer counts.
    """
    kinds = {kind for action in actions for kind in action.target_kinds}
    found: dict[ObjectRef, dict[str, tuple[Any, ...]]] = {}
    for item in sorted(evidence, key=lambda each: (each.observed_at, each.id)):
        for known in _seen(item):
            if known.object.kind in kinds and known.object.name:
                told = known.model_dump(exclude={"object"})
                more = {field: value for field, value in told.items() if value}
                found[known.object] = {**found.get(known.object, {}), **more}
    ordered = sorted(found, key=lambda ref: (ref.namespace != namespace, str(ref)))
    return tuple(Known(object=ref, **found[ref]) for ref in ordered[:OBJECTS_MAX])


def _seen(item: Evidence) -> Iterator[Known]:
    if workload := observations.read(item, Workload):
        yield from _of_workload(workload)
    elif history := observations.read(item, RolloutHistory):
        kept = sorted((each.number for each in history.revisions), reverse=True)
        earlier = tuple(number for number in kept if number != history.current_revision)
        yield Known(object=history.object, revisions=earlier)
    elif listed := observations.read(item, ResourceList):
        for row in listed.items:
            names = tuple(each.name for each in row.containers)
            ports = row.endpoints.ports if row.endpoints else ()
            yield Known(object=row.object, containers=names, ports=ports)
    elif raw := observations.read(item, ObjectList):
        yield from _of_manifests(raw.items)
    elif nodes := observations.read(item, NodeList):
        yield from map(_of_node, nodes.nodes)


def _of_workload(workload: Workload) -> Iterator[Known]:
    own = workload.object
    yield Known(object=own, containers=tuple(each.name for each in workload.containers))
    for pod in workload.pods:
        yield Known(object=ObjectRef(kind="Pod", namespace=own.namespace, name=pod.name))
    yield from (_of_service(own.namespace, service) for service in workload.services)


def _of_service(namespace: str, service: ServiceEndpoints) -> Known:
    ref = ObjectRef(kind="Service", namespace=namespace, name=service.name)
    return Known(object=ref, ports=service.ports)


def _of_node(node: Node) -> Known:
    return Known(object=ObjectRef(kind="Node", namespace="", name=node.name))


def _of_manifests(items: Iterable[dict[str, Any]]) -> Iterator[Known]:
    for item in items:
        said = item.get("metadata")
        if isinstance(said, dict):
            parts = (item.get("kind"), said.get("namespace"), said.get("name"))
            kind, namespace, name = (part if isinstance(part, str) else "" for part in parts)
            yield Known(object=ObjectRef(kind=kind, namespace=namespace, name=name))
