"""A deployment with running pods to delete, and an API server that fails where a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from hands_lab import serving
from lab_cluster import Cluster, Json, Workload, eventually
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sre_agent.domain.tools import ToolCall

DELETIONS = "sre-agent.io/pod-deletions"


@dataclass(frozen=True)
class Crew:
    """A deployment whose pods run."""

    workload: Workload

    @property
    def cluster(self) -> Cluster:
        return self.workload.cluster

    @property
    def pods(self) -> list[Json]:
        """Return the pods that are not on their way out."""
        found = self.cluster.get(f"/api/v1/namespaces/{self.workload.namespace}/pods")["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def ready_pod(self) -> str:
        """Return the name of a pod, when all of them are ready."""
        name: str = self.all_ready()[0]["metadata"]["name"]
        return name

    def all_ready(self) -> list[Json]:
        """Return the pods, when all of them are ready."""
        found: list[Json] = eventually(self._ready)
        return found

    def exists(self, name: str, uid: str) -> bool:
        return any(
            (pod["metadata"]["name"], pod["metadata"]["uid"]) == (name, uid) for pod in self.pods
        )

    def uid(self, name: str) -> str:
        path = f"/api/v1/namespaces/{self.workload.namespace}/pods/{name}"
        found: str = self.cluster.get(path)["metadata"]["uid"]
        return found

    def delete_as_a_person(self, name: str) -> None:
        path = f"/api/v1/namespaces/{self.workload.namespace}/pods/{name}"
        assert self.cluster.http.delete(path).is_success

    def touch(self, name: str, value: str) -> None:
        """Change a pod's annotation, and so its resource version."""
        path = f"/api/v1/namespaces/{self.workload.namespace}/pods/{name}"
        changed = self.cluster.http.patch(
            path,
            json={"metadata": {"annotations": {"example.org/note": value}}},
            headers={"content-type": "application/merge-patch+json"},
        )
        assert changed.is_success

    def marks(self) -> str:
        """Return all that controllers note of deletions."""
        path = f"/apis/apps/v1/namespaces/{self.workload.namespace}/replicasets"
        items = self.cluster.get(path)["items"]
        found = (item["metadata"]["annotations"].get(DELETIONS, "") for item in items)
        return "".join(found)

    def deletions(self, name: str) -> list[Json]:
        """Return the platform's real deletions and evictions of a pod, as the API server logs them."""
        return [
            line
            for line in self.workload.writes
            if (line["verb"] in {"delete", "create"}, line["resource"], line["name"])
            == (True, "pods", name)
        ]

    def call(self, name: str, tool: str = "delete_pod") -> ToolCall:
        arguments = {"namespace": self.workload.namespace, "name": name}
        return ToolCall(server="kubernetes", tool=tool, arguments=arguments)

    def _ready(self) -> list[Json]:
        ready = [
            pod
            for pod in self.pods
            for condition in pod["status"].get("conditions", ())
            if (condition["type"], condition["status"]) == ("Ready", "True")
        ]
        return ready if len(ready) == self.workload.live["spec"]["replicas"] else []


@dataclass(frozen=True)
class Way:
    """A way to the cluster on which a request is held up, and then lost."""

    url: str
    held: asyncio.Event
    let_go: asyncio.Event


@asynccontextmanager
async def between(cluster: Cluster, fails: Callable[[Request], str | None]) -> AsyncIterator[Way]:
    """Yield a way to the cluster.

    `fails` tells of a request that it is lost `before` it arrives, or its answer `after`; it hangs
    until it is let go, and then fails.
    """
    held, let_go = asyncio.Event(), asyncio.Event()

    async def lose() -> Response:
        held.set()
        await let_go.wait()
        return Response("lost", 503)

    async with httpx.AsyncClient(base_url=cluster.url, timeout=10) as http:

        async def forward(request: Request) -> Response:
            where = fails(request)
            if where == "before":
                return await lose()
            headers = {
                key: value
                for key, value in request.headers.items()
                if key in {"authorization", "content-type", "accept"}
            }
            answer = await http.request(
                request.method,
                request.url.path,
                params=dict(request.query_params),
                headers=headers,
                content=await request.body(),
            )
            if where == "after":
                return await lose()
            kind: Any = answer.headers.get("content-type")
            return Response(answer.content, answer.status_code, media_type=kind)

        methods = ["GET", "PATCH", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", forward, methods=methods)])
        async with serving(app) as url:
            try:
                yield Way(url.removesuffix("/mcp"), held, let_go)
            finally:
                let_go.set()


def is_real_deletion(request: Request) -> bool:
    """Return whether a request deletes something for good."""
    return request.method == "DELETE" and "dryRun" not in request.query_params
