"""All objects of a namespace and what stands around them, in one answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_servers.common.envelope import Answer, NoDataError, RefusedError, ToolFailureError
from mcp_servers.kubernetes import answers, discovery, kinds, object_cutting, object_folding
from mcp_servers.kubernetes.api import Api, Json, require_name
from mcp_servers.kubernetes.fields import EPOCH, entries, moment, section, text
from mcp_servers.kubernetes.kinds import Kind

READ_LIMIT = 500
"""Objects of one kind asked of the API at once."""
AT_ONCE = 8
"""Requests to the API at the same time."""
MAX_WARNINGS = 100
MAX_NOTICES = 40
NOTICES = frozenset(
    {"ScalingReplicaSet", "Killing", "Preempted", "SuccessfulRescale", "NodeNotReady", "Evicted"}
)
"""Reasons of events that are no warnings and tell of a change nonetheless."""
NODE_EVENTS = "default"
"""The namespace that holds the events of objects that are in none."""

KINDS = (*(kind for kind in kinds.KINDS if kind is not kinds.NAMESPACE), kinds.EVENT)
_LAST = ("Pod", "Event", "ConfigMap", "Secret", "RoleBinding", "ClusterRoleBinding")
"""Kinds that may be many; they get the room that the others leave."""
_OF_NO_CONCERN = {
    "PersistentVolume": "of other namespaces",
    "ClusterRoleBinding": "of other namespaces",
    "ReplicaSet": "of revisions that no longer run",
    "Event": "that tell of no trouble",
}
"""Of what not all is handed on, which is left out, in words that end `3 Events …`."""


@dataclass
class _Found:
    """What came of asking for each kind."""

    items: dict[str, list[Json]] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    not_served: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    failures: list[ToolFailureError] = field(default_factory=list)


async def everything(api: Api, namespace: str) -> Answer:
    """Return the objects of a namespace, and the nodes, volumes and webhooks of the cluster.

    Raises:
        ToolFailureError: The pods of the namespace could not be read.
    """
    require_name("namespace", namespace)
    found, gate = _Found(), asyncio.Semaphore(AT_ONCE)
    served = await discovery.served(api, KINDS)
    found.not_served.update(kind.name for kind in KINDS if kind not in served)
    async with asyncio.TaskGroup() as group:
        for kind in served:
            group.create_task(_ask(api, kind, namespace, found, gate))
        group.create_task(_ask_of_nodes(api, found, gate))
    if "Pod" not in found.items:
        raise found.failures[0] if found.failures else NoDataError("the cluster has no pods")
    _choose_addresses(found)
    chosen = _chosen(found, namespace)
    order = [*(kind for kind in chosen if kind not in _LAST), *_LAST]
    shown, left = object_cutting.within(chosen, order)
    data = answers.ObjectList(
        namespace=namespace,
        complete=tuple(sorted(found.complete - set(left))),
        forbidden=tuple(sorted(found.forbidden)),
        not_served=tuple(sorted(found.not_served)),
        items=tuple(item for kind in sorted(shown) for item in shown[kind]),
    )
    no_room = [f"{_counted(left[kind], kind)} for want of room" for kind in sorted(left)]
    return Answer(data, (*sorted(found.left_out), *no_room))


def _counted(number: int, kind: str) -> str:
    return f"{number} {kind}{'s' if number > 1 else ''}"


async def _ask(
    api: Api, kind: Kind, namespace: str, found: _Found, gate: asyncio.Semaphore
) -> None:
    try:
        async with gate:
            listed = await api.list(kind, namespace if kind.namespaced else "", limit=READ_LIMIT)
    except RefusedError as refusal:
        (found.not_served if refusal.code == "not_found" else found.forbidden).add(kind.name)
        _note(found, kind, refusal)
    except ToolFailureError as failure:
        found.left_out.append(f"every {kind.name}, which could not be read: {failure.reason}")
        _note(found, kind, failure)
    else:
        found.items[kind.name] = entries(listed, "items")
        if section(listed, "metadata").get("continue"):
            found.left_out.append(f"each {kind.name} beyond the first {READ_LIMIT}")
        else:
            found.complete.add(kind.name)


def _note(found: _Found, kind: Kind, failure: ToolFailureError) -> None:
    """Keep the failure; what became of the pods counts most."""
    found.failures.insert(0 if kind is kinds.POD else len(found.failures), failure)


async def _ask_of_nodes(api: Api, found: _Found, gate: asyncio.Semaphore) -> None:
    """Read what is said of nodes; where that is not allowed, nothing is lost but that."""
    try:
        async with gate:
            listed = await api.list(
                kinds.EVENT, NODE_EVENTS, fields="involvedObject.kind=Node", limit=READ_LIMIT
            )
    except ToolFailureError:
        found.left_out.append("events of nodes could not be read")
    else:
        found.items["node events"] = entries(listed, "items")


def _choose_addresses(found: _Found) -> None:
    """Keep one of the two kinds that tell the addresses behind Services."""
    spare = "Endpoints" if "EndpointSlice" in found.items else "EndpointSlice"
    for names in (found.complete, found.forbidden, found.not_served):
        names.discard(spare)
    found.items.pop(spare, None)


def _chosen(found: _Found, namespace: str) -> dict[str, list[Json]]:
    """Return what is worth showing of each kind, the most telling first."""
    read = found.items
    about_nodes = read.pop("node events", [])
    chosen = {
        **read,
        "Pod": object_folding.pods(read["Pod"]),
        "Job": object_folding.finished(read.get("Job", [])),
        "Node": sorted(read.get("Node", []), key=_is_ready),
        "PersistentVolume": [
            item for item in read.get("PersistentVolume", []) if _may_serve(item, namespace)
        ],
        "ClusterRoleBinding": [
            item for item in read.get("ClusterRoleBinding", []) if _is_about(item, namespace)
        ],
        "ReplicaSet": object_folding.replicasets(
            read.get("ReplicaSet", []), read.get("Deployment", [])
        ),
        "Event": _events([*read.get("Event", []), *about_nodes]),
    }
    for kind, why in _OF_NO_CONCERN.items():
        missing = len(read.get(kind, [])) - len(chosen[kind])
        if missing > 0:
            found.left_out.append(f"{_counted(missing, kind)} {why}")
    found.complete -= {"ReplicaSet", "Event"}
    return {
        kind: [object_cutting.fit(kind, item) for item in chosen[kind]] for kind in sorted(chosen)
    }


def _is_ready(node: Json) -> bool:
    return any(
        each.get("type") == "Ready" and each.get("status") == "True"
        for each in entries(node, "status", "conditions")
    )


def _may_serve(volume: Json, namespace: str) -> bool:
    """Return whether a volume is a claim's of the namespace, or free to be one."""
    claimed = section(volume, "spec", "claimRef")
    return not claimed or text(claimed, "namespace") == namespace


def _is_about(binding: Json, namespace: str) -> bool:
    """Return whether a binding gives something to accounts of the namespace."""
    groups = {"system:serviceaccounts", f"system:serviceaccounts:{namespace}"}
    return any(
        text(each, "namespace") == namespace or text(each, "name") in groups
        for each in entries(binding, "subjects")
    )


def _events(items: Sequence[Json]) -> list[Json]:
    """Return the warnings and then the telling notices, each the newest first."""
    newest = sorted(items, key=_last, reverse=True)
    warnings = [item for item in newest if text(item, "type") == "Warning"]
    notices = [item for item in newest if text(item, "reason") in NOTICES]
    told = [item for item in notices if text(item, "type") != "Warning"]
    return [*warnings[:MAX_WARNINGS], *told[:MAX_NOTICES]]


def _last(event: Json) -> datetime:
    """Return when an event was seen last, whichever API it was written with."""
    stamps = (
        event.get("lastTimestamp"),
        section(event, "series").get("lastObservedTime"),
        event.get("eventTime"),
        section(event, "metadata").get("creationTimestamp"),
    )
    return next((at for stamp in stamps if (at := moment(stamp))), EPOCH)
