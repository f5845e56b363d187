"""What the contract tests of the API share: a running server, recorded answers, small manifests."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from kubernetes import client
from starlette.types import Receive, Scope, Send

from infrastructure.lab.cluster.api import Api
from infrastructure.lab.cluster.auth import Tokens
from infrastructure.lab.cluster.kinds import KINDS
from infrastructure.lab.cluster.store import Store

RECORDED = Path(__file__).parent / "recorded"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"
TOKENS = Tokens("read-token", "write-token", "admin-token")


@dataclass(frozen=True)
class Lab:
    """A running API server."""

    url: str
    store: Store
    audit_log: Path

    def http(self, token: str = TOKENS.admin) -> httpx.AsyncClient:
        """Return a raw client."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=10)

    def official(self, token: str = TOKENS.admin) -> client.ApiClient:
        """Return the official client; its calls block and belong into a thread."""
        configuration = client.Configuration(host=self.url)
        return client.ApiClient(
            configuration, header_name="authorization", header_value=f"Bearer {token}"
        )

    def audit_lines(self) -> list[dict[str, Any]]:
        """Return the audit log."""
        return [json.loads(line) for line in self.audit_log.read_text().splitlines()]


@dataclass
class Switch:
    """One server for many tests: each test puts its own API behind it."""

    api: Api | None = None
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.api is not None
        await self.api(scope, receive, send)


def recorded(name: str) -> dict[str, Any]:
    """Return one recorded exchange."""
    exchange: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return exchange


def put(store: Store, kind: str, obj: dict[str, Any]) -> dict[str, Any]:
    """Store an object with its status, in place of one of the same name."""
    meta = obj["metadata"]
    namespace = meta.get("namespace")
    if any(
        item["metadata"]["name"] == meta["name"] for item in store.peek_all(KINDS[kind], namespace)
    ):
        store.delete(KINDS[kind], namespace, meta["name"])
    created = store.create(KINDS[kind], obj)
    if "status" in obj:
        created = store.update(KINDS[kind], {**created, "status": obj["status"]}, status=True)
    return created


def deployment(name: str = "web", **spec: Any) -> Any:
    """Return the manifest of a small Deployment."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "app", "image": "lab/shell:1"}]},
            },
            **spec,
        },
    }


def pod(name: str = "p", **labels: str) -> Any:
    """Return the manifest of a small Pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {"containers": [{"name": "app", "image": "lab/shell:1"}]},
    }
