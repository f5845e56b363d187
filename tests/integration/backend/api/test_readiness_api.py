"""Whether the API can do its work, as it tells who asks."""

from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.app import create_app
from backend.settings.api import ApiSettings
from sre_agent.domain.errors import PermanentError


async def test_readiness_tells_strangers_nothing_about_the_insides(
    settings: ApiSettings, engine: AsyncEngine, clock: Any
) -> None:
    async def broken() -> None:
        raise OSError("connect to db-7.internal as sre_admin failed")

    app = create_app(settings, engine, clock=clock, checks={"database": broken})
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        answer = await client.get("/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "does not answer"
    assert "internal" not in answer.text


@pytest.mark.parametrize("root", ["", "/api/v1"])
async def test_readiness_names_the_part_that_is_missing(
    root: str, settings: ApiSettings, engine: AsyncEngine, clock: Any
) -> None:
    async def broken() -> None:
        raise PermanentError("policy x.yaml does not load")

    app = create_app(settings, engine, clock=clock, checks={"policy": broken})
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        live = await client.get(f"{root}/health")
        ready = await client.get(f"{root}/ready")

    assert live.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "ok"
    assert "policy x.yaml" in ready.json()["checks"]["policy"]
