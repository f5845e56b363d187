"""A cluster with its own MCP servers: real ones, over an API server and a Prometheus of a few answers."""

import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fake_prometheus import READ_TOKEN as PROMETHEUS_TOKEN
from fake_prometheus import FakePrometheus, watched
from pydantic import SecretStr
from quick_server import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mcp_servers.common.skin import build_app
from mcp_servers.kubernetes import server as kubernetes
from mcp_servers.kubernetes.settings import KubernetesSettings

Json = dict[str, Any]

READ, WRITE = "site-reads-0123456789", "site-writes-0123456789"


@dataclass
class Site:
    """What runs beside one cluster, and who asked its API server for what."""

    name: str
    caller: str = "front"
    asked: list[str] = field(default_factory=list)
    is_down: bool = False
    is_nameless: bool = False
    """Whether its tools leave out whom grants are made out to."""
    url: str = ""
    endpoints: Json = field(default_factory=dict)

    async def answer(self, request: Request) -> JSONResponse:
        """Answer as an API server with one namespace, in which one service calls another."""
        path = request.url.path
        self.asked.append(path)
        if self.is_down:
            return JSONResponse({"message": "no"}, 500)
        items: list[Json] = []
        if path == "/api/v1/namespaces":
            items = [{"metadata": {"name": "shop"}, "status": {"phase": "Active"}}]
        if path.endswith("/deployments"):
            items = [_deployment(self.caller, "back"), _deployment("back", "")]
        if path.endswith("/services"):
            items = [_service("back")]
        return JSONResponse({"metadata": {}, "items": items})


@asynccontextmanager
async def site(name: str, **more: Any) -> AsyncIterator[Site]:
    """Run a cluster's servers."""
    found = Site(name, **more)
    async with AsyncExitStack() as stack:
        api = Starlette(routes=[Route("/{path:path}", found.answer, methods=["GET"])])
        api_url = await stack.enter_async_context(serving(api))
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        program = kubernetes.build(
            KubernetesSettings(
                mcp_port=0,
                mcp_read_token=SecretStr(READ),
                mcp_write_token=SecretStr(WRITE),
                mcp_cluster_id=name,
                kubernetes_api_url=api_url,
                kubernetes_read_token=SecretStr("reader"),
                kubernetes_write_token=SecretStr("writer"),
                grant_public_key=base64.b64encode(key).decode(),
            )
        )
        if found.is_nameless:
            program = replace(
                program, tools=tuple(replace(tool, audience="") for tool in program.tools)
            )
        app = build_app(program, host="127.0.0.1")
        found.url = f"{await stack.enter_async_context(serving(app))}/mcp"
        prometheus = await stack.enter_async_context(watched(FakePrometheus()))
        found.endpoints = {
            "kubernetes": {"url": found.url, "read_token": READ, "write_token": WRITE},
            "prometheus": {"url": prometheus, "read_token": PROMETHEUS_TOKEN},
        }
        yield found


def _deployment(name: str, calls: str) -> Json:
    env = [{"name": "BACKEND_URL", "value": f"http://{calls}:80"}] if calls else []
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": f"{name}:1", "env": env}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"metadata": _metadata(name), "spec": spec, "status": {"replicas": 1}}


def _service(name: str) -> Json:
    spec = {"selector": {"app": name}, "ports": [{"port": 80}], "clusterIP": "10.0.0.1"}
    return {"metadata": _metadata(name), "spec": spec}


def _metadata(name: str) -> Json:
    return {
        "name": name,
        "namespace": "shop",
        "uid": name,
        "resourceVersion": "1",
        "generation": 1,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"app": name},
    }
