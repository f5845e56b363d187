"""Every MCP server of the platform, built as its own process builds it, over systems of a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hands_lab import READ_TOKEN, RealClock, serving
from starlette.types import ASGIApp

from mcp_servers.common.skin import Program
from mcp_servers.jaeger import server as jaeger
from mcp_servers.jaeger.settings import JaegerSettings
from mcp_servers.kubernetes import server as kubernetes
from mcp_servers.kubernetes.settings import KubernetesSettings
from mcp_servers.loki import server as loki
from mcp_servers.loki.settings import LokiSettings
from mcp_servers.prometheus import server as prometheus
from mcp_servers.prometheus.settings import PrometheusSettings
from mcp_servers.runbooks import server as runbooks
from mcp_servers.runbooks.settings import RunbookSettings
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

UPSTREAM_TOKEN = "the-upstream-token-0123456789"  # noqa: S105 - opens nothing but a test
SYSTEMS = ("jaeger", "kubernetes", "loki", "prometheus", "runbooks")
QUESTIONS: dict[str, ToolCall] = {
    "jaeger": ToolCall(server="jaeger", tool="list_traced_services", arguments={}),
    "kubernetes": ToolCall(server="kubernetes", tool="list_namespaces", arguments={}),
    "loki": ToolCall(server="loki", tool="label_names", arguments={}),
    "prometheus": ToolCall(
        server="prometheus", tool="instant_query", arguments={"query": "up", "limit": 1}
    ),
    "runbooks": ToolCall(server="runbooks", tool="list_stale", arguments={"limit": 1}),
}


def build(system: str, upstream: str, folder: Path, token: str = READ_TOKEN) -> Program:
    """Return a server over the system at `upstream`; that of runbooks reads `folder` instead."""
    common: dict[str, Any] = {"mcp_port": 0, "mcp_read_token": token}
    given: dict[str, Any]
    match system:
        case "jaeger":
            given = {"jaeger_url": upstream, "jaeger_token": UPSTREAM_TOKEN}
            return jaeger.program(JaegerSettings(**common, **given))
        case "kubernetes":
            given = {"kubernetes_api_url": upstream, "kubernetes_read_token": UPSTREAM_TOKEN}
            return kubernetes.build(KubernetesSettings(**common, **given))
        case "loki":
            given = {"loki_url": upstream, "loki_token": UPSTREAM_TOKEN}
            return loki.program(LokiSettings(**common, **given))
        case "prometheus":
            given = {"prometheus_url": upstream, "prometheus_token": UPSTREAM_TOKEN}
            return prometheus.build(PrometheusSettings(**common, **given))
        case _:
            return runbooks.build(RunbookSettings(**common, runbooks_dir=folder))


@dataclass(frozen=True)
class Scene:
    """A server that is served, and who asks it."""

    url: str
    toolbox: McpToolbox
    question: ToolCall

    async def ask(self) -> ToolResult:
        """Ask what can be asked of any such server."""
        return await self.toolbox.read(self.question, deadline_s=20.0)


@asynccontextmanager
async def over(system: str, upstream: ASGIApp, folder: Path) -> AsyncIterator[Scene]:
    """Serve a system, a server over it, and yield who asks that."""
    async with (
        serving_app(upstream) as base,
        serving(build(system, base, folder)) as url,
        McpToolbox({system: Endpoint(url, READ_TOKEN)}, RealClock(), wait_s=0) as toolbox,
    ):
        yield Scene(url, toolbox, QUESTIONS[system])


@asynccontextmanager
async def serving_app(app: ASGIApp) -> AsyncIterator[str]:
    """Serve any application and yield its base address."""
    async with serving(app) as url:
        yield url.removesuffix("/mcp")
