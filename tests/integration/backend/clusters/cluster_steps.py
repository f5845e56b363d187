"""What tests of clusters do: connect one, store some, send their alerts."""

from datetime import UTC, datetime
from typing import Any

import httpx
from cluster_scene import SECRETS_KEY, Asking
from cluster_site import Site
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.clusters.connecting import sha256
from backend.clusters.sealing import Seal
from backend.db import clusters
from backend.db.clusters import Connecting, SealedEndpoint
from backend.db.tenancy import Tenant

NOWHERE = {"kubernetes": {"url": "http://127.0.0.1:9/mcp", "read_token": "r" * 20}}


async def connect(ask: Asking, place: Site, **changes: Any) -> httpx.Response:
    body = {"id": place.name, "endpoints": {**place.endpoints, **changes}}
    return await ask("POST", "/api/v1/clusters", role="admin", json=body)


async def known(engine: AsyncEngine, *names: str) -> list[str]:
    """Store clusters as if they had been connected, and return the tokens of their webhooks."""
    tokens = [f"srw_{name}-0123456789" for name in names]
    sealed = Seal(SecretStr(SECRETS_KEY)).close("r" * 20)
    async with engine.begin() as connection:
        for name, token in zip(names, tokens, strict=True):
            endpoint = SealedEndpoint("kubernetes", "http://127.0.0.1:9/mcp", sealed, None)
            new = Connecting(Tenant("default", name), "ann", sha256(token), [endpoint])
            await clusters.connect(connection, new, now=datetime.now(UTC))
    return tokens


def webhook(service: str, fingerprint: str = "f1", status: str = "firing") -> dict[str, Any]:
    labels = {"alertname": "Errors", "namespace": "shop", "service": service}
    alert = {
        "status": status,
        "labels": labels,
        "startsAt": "2026-03-01T11:59:00Z",
        "fingerprint": fingerprint,
    }
    return {"version": "4", "alerts": [alert]}


async def send(ask: Asking, token: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return await ask.http.post("/webhook/alert", headers=headers, json=body)
