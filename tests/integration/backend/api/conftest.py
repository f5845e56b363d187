"""The API on a real database, and a client of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from api_scene import TOKENS
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings


@pytest.fixture
def settings(database_url: str) -> ApiSettings:
    """Settings that know one program of each role."""
    people = ("viewer", "responder", "approver", "admin")
    return ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(TOKENS["webhook"]),
        api_tokens=SecretStr(",".join(f"{role}-1:{role}:{TOKENS[role]}" for role in people)),
    )


@pytest.fixture
def app(settings: ApiSettings, engine: AsyncEngine, clock: Any) -> FastAPI:
    """The API."""
    return create_app(settings, engine, clock=clock)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API while it runs."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client
