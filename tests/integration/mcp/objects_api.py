"""An API server of a test's own, with whatever objects and refusals it is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hands_lab import READ_TOKEN, Hands, hands_with
from hands_lab import serving as served
from lab_cluster import Json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.domain.observations.kubernetes import ObjectList
from sre_agent.domain.tools import ToolResult, ToolStatus


def understood(result: ToolResult) -> ObjectList:
    """Return the answer as the brain reads it, which must not lose or add anything."""
    assert result.status is ToolStatus.OK, result
    found = ObjectList.model_validate(result.data)
    assert found.model_dump(mode="json") == result.data
    return found


def of_kind(found: ObjectList, kind: str) -> list[Json]:
    return [item for item in found.items if item["kind"] == kind]


def listed(kind: str, *items: Json) -> Json:
    return {"kind": f"{kind}List", "metadata": {}, "items": list(items)}


def named(name: str, **more: Any) -> Json:
    return {"metadata": {"name": name, "namespace": "shop", "managedFields": [{}]}, **more}


def pod(name: str, *, ready: bool, owner: str = "rs", note: str = "x") -> Json:
    made = named(
        name,
        spec={"nodeName": "n1", "containers": [{"name": "app", "image": "a:1", "odd": note}]},
        status={
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "app", "ready": ready, "restartCount": 0}],
        },
    )
    made["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner, "uid": "u"}]
    return made


@asynccontextmanager
async def hands_on(lists: dict[str, Json], refused: dict[str, int]) -> AsyncIterator[Hands]:
    """Serve a cluster that has these lists, by the last part of their path, and refuses some."""

    async def answer(request: Request) -> JSONResponse:
        plural = request.url.path.rpartition("/")[2]
        if plural in refused:
            return JSONResponse({"message": f"{plural}: no"}, refused[plural])
        if plural == "events" and request.query_params.get("fieldSelector"):
            plural = "node events"
        return JSONResponse(lists.get(plural, listed("")))

    async with served(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        values: Json = {
            "mcp_port": 0,
            "mcp_read_token": READ_TOKEN,
            "kubernetes_api_url": url.removesuffix("/mcp"),
            "kubernetes_read_token": "reader",
        }
        async with hands_with(KubernetesSettings(**values)) as hands:
            yield hands


async def ask(lists: dict[str, Json], refused: dict[str, int] | None = None) -> ToolResult:
    async with hands_on(lists, refused or {}) as hands:
        return await hands.read("list_objects", namespace="shop")
