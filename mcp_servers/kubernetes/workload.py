"""A workload and all that hangs on it, gathered in two rounds of parallel requests."""

import asyncio

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer
from mcp_servers.kubernetes import answers, endpoints, history, kinds, pods, rollouts, selectors
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.containers import containers
from mcp_servers.kubernetes.events import READ_LIMIT, more_left, newest_first
from mcp_servers.kubernetes.fields import (
    conditions,
    count,
    created_at,
    entries,
    is_owned_by,
    reference,
    section,
    text,
)
from mcp_servers.kubernetes.kinds import Kind
from mcp_servers.kubernetes.secrets import clean_annotations

MAX_EVENTS = 50
MAX_REVISIONS = 15
READ_PODS = 500


async def describe(api: Api, namespace: str, name: str, kind: str) -> Answer:
    """Return the workload, its revisions, pods, services and events."""
    wanted = kinds.workload(kind)
    workload = await api.get(wanted, namespace, name)
    query = selectors.as_query(section(workload, "spec", "selector"))
    owned, found_pods, services, found_endpoints, events = await asyncio.gather(
        history.read(api, wanted, workload),
        api.list(kinds.POD, namespace, labels=query, limit=READ_PODS),
        api.list(kinds.SERVICE, namespace),
        api.list(kinds.ENDPOINTS, namespace),
        api.list(kinds.EVENT, namespace, limit=READ_LIMIT),
    )
    own_pods = _pods_of(entries(found_pods, "items"), [workload, *owned])
    shown_pods, pods_left = pods.pods(own_pods)
    revisions, revisions_left = limits.first(
        rollouts.revisions(workload, owned), MAX_REVISIONS, "revisions"
    )
    about = {text(section(item, "metadata"), "uid") for item in (workload, *owned, *own_pods)}
    concerned = [
        item
        for item in entries(events, "items")
        if section(item, "involvedObject").get("uid") in about
    ]
    shown_events, events_left = limits.first(newest_first(concerned), MAX_EVENTS, "events")
    labels = section(workload, "spec", "template", "metadata", "labels")
    data = _workload(wanted, workload).model_copy(
        update={
            "revisions": revisions,
            "pods": shown_pods,
            "services": _services(entries(services, "items"), found_endpoints, labels),
            "events": shown_events,
        }
    )
    left_out = (*pods_left, *revisions_left, *events_left)
    return Answer(
        data,
        (*left_out, *more_left(found_pods, "pods"), *more_left(events, "events of the namespace")),
    )


def _pods_of(items: list[Json], owning: list[Json]) -> list[Json]:
    """Return the pods of a workload or of its ReplicaSets; a selector may catch strangers."""
    owners = {text(section(each, "metadata"), "uid") for each in owning}
    return [item for item in items if any(is_owned_by(item, owner) for owner in owners)]


def _services(
    services: list[Json], listed: Json, labels: dict[str, str]
) -> tuple[answers.ServiceEndpoints, ...]:
    by_name = {text(section(item, "metadata"), "name"): item for item in entries(listed, "items")}
    return tuple(
        endpoints.endpoints_of(service, by_name.get(text(section(service, "metadata"), "name")))
        for service in services
        if selectors.selects(section(service, "spec", "selector"), labels)
    )


def _workload(kind: Kind, workload: Json) -> answers.Workload:
    metadata, spec = section(workload, "metadata"), section(workload, "spec")
    return answers.Workload(
        object=reference(kind.name, workload),
        uid=text(metadata, "uid"),
        generation=count(metadata, "generation"),
        observed_generation=count(section(workload, "status"), "observedGeneration"),
        created_at=created_at(workload),
        labels=section(metadata, "labels"),
        annotations=clean_annotations(section(metadata, "annotations")),
        paused=bool(spec.get("paused")),
        replicas=rollouts.replicas_of(workload),
        conditions=conditions(workload),
        containers=containers(section(spec, "template")),
        revisions=(),
        pods=(),
        services=(),
        events=(),
    )
