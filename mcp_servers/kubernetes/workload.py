"""A deployment and all that hangs on it, gathered in two rounds of parallel requests."""

import asyncio

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, RefusedError
from mcp_servers.kubernetes import answers, endpoints, kinds, pods, rollouts, selectors
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
from mcp_servers.kubernetes.secrets import clean_annotations

MAX_EVENTS = 50
MAX_REVISIONS = 15
READ_PODS = 500


async def describe(api: Api, namespace: str, name: str, kind: str) -> Answer:
    """Return the workload, its revisions, pods, services and events."""
    if kinds.find(kind) is not kinds.DEPLOYMENT:
        raise RefusedError("invalid_arguments", "only a Deployment can be described as a workload")
    deployment = await api.get(kinds.DEPLOYMENT, namespace, name)
    query = selectors.as_query(section(deployment, "spec", "selector"))
    replicasets, found_pods, services, found_endpoints, events = await asyncio.gather(
        api.list(kinds.REPLICA_SET, namespace, labels=query),
        api.list(kinds.POD, namespace, labels=query, limit=READ_PODS),
        api.list(kinds.SERVICE, namespace),
        api.list(kinds.ENDPOINTS, namespace),
        api.list(kinds.EVENT, namespace, limit=READ_LIMIT),
    )
    owned = [
        replicaset
        for replicaset in entries(replicasets, "items")
        if is_owned_by(replicaset, text(section(deployment, "metadata"), "uid"))
    ]
    own_pods = _pods_of(entries(found_pods, "items"), owned)
    shown_pods, pods_left = pods.pods(own_pods)
    revisions, revisions_left = limits.first(
        rollouts.revisions(deployment, owned), MAX_REVISIONS, "revisions"
    )
    about = {text(section(item, "metadata"), "uid") for item in (deployment, *owned, *own_pods)}
    concerned = [
        item
        for item in entries(events, "items")
        if section(item, "involvedObject").get("uid") in about
    ]
    shown_events, events_left = limits.first(newest_first(concerned), MAX_EVENTS, "events")
    labels = section(deployment, "spec", "template", "metadata", "labels")
    data = _workload(deployment).model_copy(
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


def _pods_of(items: list[Json], replicasets: list[Json]) -> list[Json]:
    """Return the pods of these ReplicaSets; a selector may catch strangers."""
    owners = {text(section(replicaset, "metadata"), "uid") for replicaset in replicasets}
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


def _workload(deployment: Json) -> answers.Workload:
    metadata, spec = section(deployment, "metadata"), section(deployment, "spec")
    return answers.Workload(
        object=reference("Deployment", deployment),
        uid=text(metadata, "uid"),
        generation=count(metadata, "generation"),
        observed_generation=count(section(deployment, "status"), "observedGeneration"),
        created_at=created_at(deployment),
        labels=section(metadata, "labels"),
        annotations=clean_annotations(section(metadata, "annotations")),
        paused=bool(spec.get("paused")),
        replicas=rollouts.replicas_of(deployment),
        conditions=conditions(deployment),
        containers=containers(section(spec, "template")),
        revisions=(),
        pods=(),
        services=(),
        events=(),
    )
