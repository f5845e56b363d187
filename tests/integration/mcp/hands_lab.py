"""A lab cluster to lay hands on, hands to lay on it, and a signer that tests command."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette

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
WITHIN_S = 20.0

_names = (f"t{number}" for number in itertools.count(1))
Json = dict[str, Any]


class RealClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Cluster:
    """A running lab cluster, seen with all rights."""

    url: str
    tokens: dict[str, str]
    audit_log: Path
    http: httpx.Client

    def deployment(self, namespace: str, name: str) -> Json:
        """Return a deployment as it is now."""
        return self._json("GET", f"{_deployments(namespace)}/{name}")

    def patch(self, namespace: str, name: str, patch: Json) -> Json:
        """Change a deployment as a person would."""
        headers = {"content-type": "application/merge-patch+json"}
        content = json.dumps(patch)
        path = f"{_deployments(namespace)}/{name}"
        return self._json("PATCH", path, content=content, headers=headers)

    def forge_revision(self, namespace: str, revision: int, image: str) -> None:
        """Change what a revision holds, behind the back of everyone who looked at it."""
        path = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
        key = "deployment.kubernetes.io/revision"
        held = next(
            item
            for item in self.get(path)["items"]
            if item["metadata"]["annotations"][key] == str(revision)
        )
        held["spec"]["template"]["spec"]["containers"][0]["image"] = image
        content = json.dumps({"spec": {"template": held["spec"]["template"]}})
        headers = {"content-type": "application/merge-patch+json"}
        place = f"{path}/{held['metadata']['name']}"
        self._json("PATCH", place, content=content, headers=headers)

    def delete(self, namespace: str, name: str) -> None:
        """Delete a deployment."""
        self._json("DELETE", f"{_deployments(namespace)}/{name}")

    def create(self, path: str, body: Json) -> Json:
        """Create an object."""
        return self._json("POST", path, json=body)

    def get(self, path: str, **query: str) -> Json:
        """Return an object or a list."""
        return self._json("GET", path, params=query)

    def release(self, namespace: str, name: str, version: str, replicas: int = 0) -> None:
        """Create a deployment, or give it another version, and wait for it."""
        body = _manifest(name, version, replicas)
        path = f"{_deployments(namespace)}/{name}"
        known = self.http.get(path).status_code == httpx.codes.OK
        if known:
            self.patch(namespace, name, {"spec": {"template": body["spec"]["template"]}})
        else:
            self.create(_deployments(namespace), body)
        eventually(lambda: self._is_rolled_out(namespace, name))

    def real_writes(self, namespace: str) -> list[Json]:
        """Return what the server's audit log has of successful, real writes with the write token."""
        lines = [json.loads(line) for line in self.audit_log.read_text().splitlines()]
        return [
            line
            for line in lines
            if (line.get("namespace") or "") == namespace
            and not line.get("dryRun")
            and line.get("status") in {httpx.codes.OK, httpx.codes.CREATED}
            and line.get("user") == "operator"
            and line.get("verb") in {"patch", "delete", "create"}
        ]

    def _is_rolled_out(self, namespace: str, name: str) -> bool:
        found = self.deployment(namespace, name)
        status = found.get("status", {})
        wanted = found["spec"]["replicas"]
        return bool(
            status.get("observedGeneration") == found["metadata"]["generation"]
            and status.get("updatedReplicas", 0) == wanted
            and status.get("availableReplicas", 0) == wanted
            and status.get("replicas", 0) == wanted
        )

    def _json(self, method: str, path: str, **options: Any) -> Json:
        response = self.http.request(method, path, **options)
        assert response.is_success, response.text
        answer: Json = response.json()
        return answer


@dataclass(frozen=True)
class Workload:
    """A deployment of a test's own, in a namespace of its own, at its second revision."""

    cluster: Cluster
    namespace: str
    name: str

    @property
    def live(self) -> Json:
        return self.cluster.deployment(self.namespace, self.name)

    @property
    def version(self) -> str:
        found: str = self.live["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"]
        return found

    @property
    def writes(self) -> list[Json]:
        return self.cluster.real_writes(self.namespace)

    def call(self, tool: str, **arguments: Any) -> ToolCall:
        named = {"namespace": self.namespace, "name": self.name}
        return ToolCall(server="kubernetes", tool=tool, arguments={**named, **arguments})

    def rollback(self, to_revision: int = 1) -> ToolCall:
        return self.call("rollback_rollout", to_revision=to_revision)


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
async def serving(served: Program | Starlette, port: int = 0) -> AsyncIterator[str]:
    """Serve a program on a free port, or on the one given, and yield its MCP address."""
    app = build_app(served, host="127.0.0.1") if isinstance(served, Program) else served
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
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


def new_workload(cluster: Cluster, name: str = "orders", replicas: int = 0) -> Workload:
    """Create a workload in a new namespace and release it twice; without pods it takes no time."""
    namespace = next(_names)
    cluster.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    service = {"selector": {"app": name}, "ports": [{"port": 8080}]}
    body = {"metadata": {"name": name}, "spec": service}
    cluster.create(f"/api/v1/namespaces/{namespace}/services", body)
    cluster.release(namespace, name, "v1", replicas)
    cluster.release(namespace, name, "v2", replicas)
    return Workload(cluster, namespace, name)


def kind_of(call: ToolCall) -> str:
    """Return the first kind of object that a call's tool is for."""
    kind = action_kinds.shipped().of(call)
    assert kind is not None, call
    return kind.target_kinds[0]


def data(result: ToolResult) -> Json:
    """Return the data of a result that must have some."""
    assert result.data is not None, result
    return result.data


def eventually(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Return the first true answer of a condition."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


def _deployments(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


def _manifest(name: str, version: str, replicas: int) -> Json:
    container = {
        "name": "app",
        "image": "lab/shell:1",
        "command": ["/bin/sh", "-c", "echo started $VERSION; exec sleep 600"],
        "env": [
            {"name": "VERSION", "value": version},
            {"name": "DB_PASSWORD", "value": f"hunter2-{version}"},
            {"name": "DB_URL", "value": "postgres://app:s3cret@db:5432/app"},
        ],
        "ports": [{"containerPort": 8080}],
        "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "10m"}},
    }
    spec = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    annotations = {"kubernetes.io/change-cause": f"release {version}"}
    return {
        "metadata": {"name": name, "labels": {"app": name}, "annotations": annotations},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template,
        },
    }


def _judged(rehearsed: dict[str, Any]) -> Any:
    """Return what policy judges of a rehearsal: numbers, and labels where there are any."""
    numbers, labels = rehearsed["figures"], rehearsed["labels"]
    return {"figures": numbers, "labels": labels} if labels else numbers
