"""Those who ask much, or for long, take nothing from others and see nothing they may not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from cluster_scene import TOKENS, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import tokens
from backend.actors import Actor, Role
from backend.api.app import create_app
from backend.db.admission.manual import open_manually
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId

ANN = Actor(name="ann", role=Role.ADMIN, org_id="default")
VIEWER = {"Authorization": f"Bearer {TOKENS['viewer']}"}
ASKERS = 20  # more than the pool has connections


@pytest.fixture
async def client(
    database_url: str, engine: AsyncEngine, clock: Any
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings(database_url), engine, clock=clock)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


@pytest.fixture
async def incident(engine: AsyncEngine, client: httpx.AsyncClient, clock: Any) -> IncidentId:
    async with engine.begin() as connection:
        id_, _ = await open_manually(
            connection,
            Tenant("default", "default"),
            service_key=("shop", "front"),
            actor="ann",
            reason="slow",
            now=clock.now(),
        )
    return id_


async def test_long_walks_through_the_audit_leave_the_database_to_others(
    client: httpx.AsyncClient, incident: IncidentId, engine: AsyncEngine
) -> None:
    async with engine.connect() as slow:
        await slow.execute(sa.text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
        walks = [
            asyncio.create_task(client.get("/api/v1/audit/verify", headers=VIEWER))
            for _ in range(ASKERS)
        ]
        await asyncio.sleep(0.5)
        async with asyncio.timeout(5):
            other = await client.get("/api/v1/halt", headers=VIEWER)
        await slow.rollback()
        answers = await asyncio.gather(*walks)

    assert other.status_code == 200
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["ok"] and answer.json()["incidents"] == 1 for answer in answers)


async def test_whoever_is_shut_out_while_they_wait_is_told_nothing_more(
    client: httpx.AsyncClient, incident: IncidentId, engine: AsyncEngine, clock: Any
) -> None:
    async with engine.begin() as connection:
        made, secret = await tokens.create(
            connection, ANN, name="eyes", role=Role.VIEWER, expires_at=None, now=clock.now()
        )
    theirs = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/incidents/{incident}"
    waiting = asyncio.create_task(client.get(f"{path}/events?after=2&wait_s=20", headers=theirs))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    async with engine.begin() as connection:
        await tokens.revoke(connection, ANN, made.id, now=clock.now())
    responder = {"Authorization": f"Bearer {TOKENS['responder']}"}
    said = await client.post(f"{path}/comment", json={"text": "secret"}, headers=responder)
    async with asyncio.timeout(5):
        answer = await waiting

    assert said.status_code in {200, 201}
    assert answer.status_code == 401
    assert "secret" not in answer.text
