"""What tests of clusters begin with: programs served on free ports, and an API over a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr
from quick_server import serving
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings

WEBHOOK = "w" * 24
TOKENS = {"viewer": "v" * 24, "responder": "s" * 24, "admin": "a" * 24}
SECRETS_KEY = "q6Yv0m3eH1c9o5b7W2d4K8s6u0Q1x3Z5r7T9y1N3p5E="


def settings(database_url: str, **more: Any) -> ApiSettings:
    """Return settings of the API with one token for each role."""
    tokens = ",".join(f"{role}-person:{role}:{token}" for role, token in TOKENS.items())
    known = {"secrets_key": SecretStr(SECRETS_KEY), **more}
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(WEBHOOK),
        api_tokens=SecretStr(tokens),
        **known,
    )


@asynccontextmanager
async def api(settings: ApiSettings, engine: AsyncEngine, clock: Any) -> AsyncIterator["Asking"]:
    """Serve the API and yield who asks it."""
    async with (
        serving(create_app(settings, engine, clock=clock)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http,
    ):
        yield Asking(http)


class Asking:
    """Whoever asks, in one role or another."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(
        self, method: str, path: str, *, role: str = "viewer", **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKENS[role]}"}
        return await self.http.request(method, path, headers=headers, **options)
