"""Lists of objects: one row each, with what is worth knowing of its kind."""

import asyncio
from collections.abc import Callable
from typing import Any

from mcp_servers.common.envelope import Answer
from mcp_servers.common.limits import require_range
from mcp_servers.kubernetes import answers, endpoints, kinds
from mcp_servers.kubernetes.answers import Resource
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.containers import containers
from mcp_servers.kubernetes.events import more_left
from mcp_servers.kubernetes.fields import (
    created_at,
    entries,
    is_owned_by,
    moment,
    reference,
    section,
    text,
)
from mcp_servers.kubernetes.pods import pod
from mcp_servers.kubernetes.rollouts import replicas_of, revision_of

MAX_ROWS = 500

Beside = dict[tuple[str, str], Json]
"""Objects read beside the list, by namespace and name or by owner's uid."""


async def resources(
    api: Api, kind: str, namespace: str, *, labels: str, fields: str, limit: int
) -> Answer:
    """Return the rows of one kind; an empty namespace means all of them."""
    require_range("limit", limit, low=1, high=MAX_ROWS)
    wanted = kinds.find(kind)
    listed, beside = await asyncio.gather(
        api.list(wanted, namespace, labels=labels, fields=fields, limit=limit),
        _beside(api, wanted, namespace),
    )
    rows = tuple(_row(wanted.name, item, beside) for item in entries(listed, "items"))
    data = answers.ResourceList(kind=wanted.name, namespace=namespace, items=rows)
    return Answer(data, more_left(listed, f"objects of kind {wanted.name} (limit {limit})"))


async def _beside(api: Api, kind: kinds.Kind, namespace: str) -> Beside:
    """Read what rows of this kind need from elsewhere."""
    if kind is kinds.SERVICE:
        found = await api.list(kinds.ENDPOINTS, namespace)
        return {_key(item): item for item in entries(found, "items")}
    if kind is kinds.DEPLOYMENT:
        found = await api.list(kinds.REPLICA_SET, namespace)
        return {
            (text(owner, "uid"), str(revision_of(item))): item
            for item in entries(found, "items")
            for owner in entries(item, "metadata", "ownerReferences")
            if is_owned_by(item, text(owner, "uid"))
        }
    return {}


def _row(kind: str, item: Json, beside: Beside) -> Resource:
    describe = _OF_KIND.get(kind)
    return Resource(
        object=reference(kind, item),
        created_at=moment(section(item, "metadata").get("creationTimestamp")),
        labels=section(item, "metadata", "labels"),
        **(describe(item, beside) if describe else {}),
    )


def _deployment(item: Json, beside: Beside) -> dict[str, Any]:
    uid = text(section(item, "metadata"), "uid")
    current = beside.get((uid, str(revision_of(item))))
    return {
        **_workload(item, beside),
        "revision": revision_of(item),
        "revision_created_at": created_at(current) if current else None,
    }


def _replicaset(item: Json, beside: Beside) -> dict[str, Any]:
    return {**_workload(item, beside), "revision": revision_of(item)}


def _workload(item: Json, _beside: Beside) -> dict[str, Any]:
    return {
        "selector": section(item, "spec", "selector", "matchLabels"),
        "replicas": replicas_of(item),
        "containers": containers(section(item, "spec", "template")),
    }


def _pod(item: Json, _beside: Beside) -> dict[str, Any]:
    return {"pod": pod(item)}


def _service(item: Json, beside: Beside) -> dict[str, Any]:
    return {
        "selector": section(item, "spec", "selector"),
        "endpoints": endpoints.endpoints_of(item, beside.get(_key(item))),
    }


def _endpoints(item: Json, _beside: Beside) -> dict[str, Any]:
    return {"endpoints": endpoints.bare_endpoints(item)}


def _data_keys(item: Json, _beside: Beside) -> dict[str, Any]:
    return {"data_keys": tuple(sorted(section(item, "data")))}


def _key(item: Json) -> tuple[str, str]:
    metadata = section(item, "metadata")
    return text(metadata, "namespace"), text(metadata, "name")


_OF_KIND: dict[str, Callable[[Json, Beside], dict[str, Any]]] = {
    "Deployment": _deployment,
    "ReplicaSet": _replicaset,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Pod": _pod,
    "Service": _service,
    "Endpoints": _endpoints,
    "ConfigMap": _data_keys,
    "Secret": _data_keys,
}
