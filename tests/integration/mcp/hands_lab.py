"""Hands to lay on a lab cluster, and a signer that tests command."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lab_cluster import WITHIN_S, Cluster, Json
from quick_server import QuickServer
from starlette.types import ASGIApp

from mcp_servers.common.keys import key_id
from mcp_servers.common.skin import Program, build_app
from mcp_servers.kubernetes.server import build
from mcp_servers.kubernetes.settings import KubernetesSettings
from sre_agent.config import action_kinds
from sre_agent.domain.canonical import sha256
from sre_agent.domain.grant import ALGORITHM, TOKEN_TYPE
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.toolbox import McpToolbox

READ_TOKEN = "tests-read-token-0123456789"  # noqa: S105 - opens nothing but a test
WRITE_TOKEN = "tests-write-token-0123456789"  # noqa: S105 - as above
CLUSTER_ID = "tests"
DEADLINE_S = 15.0


class RealClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Signer:
    """Signs whatever a test wants, well-formed unless told otherwise."""

    key: Ed25519PrivateKey

    @property
    def public_pem(self) -> str:
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def claims(self, call: ToolCall, rehearsed: ToolResult, **others: Any) -> Json:
        """Return the claims of a grant for a call that was rehearsed."""
        assert rehearsed.data is not None, rehearsed
        now = int(time.time())
        arguments = {key: value for key, value in call.arguments.items() if key != "dry_run"}
        return {
            "iss": "sre-agent-signer",
            "aud": f"mcp:kubernetes:{CLUSTER_ID}",
            "sub": "org/incident/action",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "tool": call.tool,
            "arguments_sha256": sha256(arguments),
            "target": {
                "kind": kind_of(call),
                "namespace": arguments.get("namespace", ""),
                "name": arguments["name"],
            },
            "target_uid": rehearsed.data["uid"],
            "state_sha256": rehearsed.data["state_sha256"],
            "result_sha256": rehearsed.data["result_sha256"],
            "figures_sha256": sha256(_judged(rehearsed.data)),
            "plan_sha256": "0" * 64,
            "approved_by": "alice",
            **others,
        }

    def sign(self, claims: Json, **headers: Any) -> str:
        """Return the token."""
        header = {"kid": key_id(self.key.public_key()), "typ": TOKEN_TYPE, **headers}
        return jwt.encode(claims, self.key, algorithm=ALGORITHM, headers=header)

    def grant(self, call: ToolCall, rehearsed: ToolResult, **others: Any) -> str:
        """Return a grant."""
        return self.sign(self.claims(call, rehearsed, **others))


@dataclass(frozen=True)
class Hands:
    """A Kubernetes MCP server on loopback and a client of it."""

    url: str
    toolbox: McpToolbox

    async def read(self, tool: str, **arguments: Any) -> ToolResult:
        call = ToolCall(server="kubernetes", tool=tool, arguments=arguments)
        return await self.toolbox.read(call, deadline_s=DEADLINE_S)

    async def rehearse(self, call: ToolCall) -> ToolResult:
        return await self.toolbox.rehearse(call, deadline_s=DEADLINE_S)

    async def write(self, call: ToolCall, grant: str) -> ToolResult:
        return await self.toolbox.write(call, grant=grant, deadline_s=DEADLINE_S)


def settings(cluster: Cluster, signer: Signer, **others: Any) -> KubernetesSettings:
    """Return the settings of hands that may write."""
    values: Json = {
        "mcp_port": 0,
        "mcp_read_token": READ_TOKEN,
        "mcp_write_token": WRITE_TOKEN,
        "mcp_cluster_id": CLUSTER_ID,
        "kubernetes_api_url": cluster.url,
        "kubernetes_read_token": cluster.tokens["read"],
        "kubernetes_write_token": cluster.tokens["write"],
        "grant_public_key": signer.public_pem,
        **others,
    }
    return KubernetesSettings(**values)


@asynccontextmanager
async def serving(served: Program | ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve a program on a free port, or on the one given, and yield its MCP address."""
    app = build_app(served, host="127.0.0.1") if isinstance(served, Program) else served
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = QuickServer(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, WITHIN_S)


@asynccontextmanager
async def hands_with(given: KubernetesSettings) -> AsyncIterator[Hands]:
    """Serve the Kubernetes server and yield a client of it."""
    async with serving(build(given)) as url:
        endpoint = Endpoint(url, READ_TOKEN, WRITE_TOKEN)
        async with McpToolbox({"kubernetes": endpoint}, RealClock()) as toolbox:
            yield Hands(url, toolbox)


def kind_of(call: ToolCall) -> str:
    """Return the first kind of object that a call's tool is for."""
    kind = action_kinds.shipped().of(call)
    assert kind is not None, call
    return kind.target_kinds[0]


def data(result: ToolResult) -> Json:
    """Return the data of a result that must have some."""
    assert result.data is not None, result
    return result.data


def _judged(rehearsed: dict[str, Any]) -> Any:
    """Return what policy judges of a rehearsal: numbers, and labels where there are any."""
    numbers, labels = rehearsed["figures"], rehearsed["labels"]
    return {"figures": numbers, "labels": labels} if labels else numbers
