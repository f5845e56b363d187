"""Decisions that waited for their turn: they count by who decides when it has come."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from house import House
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Role
from backend.api.auth import CSRF_HEADER, SESSION_COOKIE
from backend.db import incident_rows, journal, switch
from backend.db.tables.accounts import api_tokens, users
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan

WAIT_S = 10.0


def by_session(house: House) -> dict[str, str]:
    opened = house.sessions[Role.APPROVER]
    return {
        "Cookie": f"{SESSION_COOKIE}={opened.token}",
        CSRF_HEADER: opened.session.csrf_token,
    }


def by_token(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.tokens[Role.APPROVER]}"}


async def until_somebody_waits(engine: AsyncEngine) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(WAIT_S):
        while True:
            async with engine.connect() as connection:
                if (await connection.execute(waiting)).scalar_one():
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", [by_session, by_token])
@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_who_was_shut_out_while_they_waited_decides_nothing(
    how: Any, verb: str, *, app: FastAPI, apple: House, plan: Plan, engine: AsyncEngine, clock: Any
) -> None:
    path = apple.fill(f"/api/v1/incidents/{{incident_id}}/{verb}")
    shut_out = [
        sa.update(users)
        .where(users.c.name == "apple-the-approver")
        .values(disabled_at=clock.now()),
        sa.update(api_tokens)
        .where(api_tokens.c.name == "apple-approver")
        .values(revoked_at=clock.now()),
    ]
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=how(apple)
    ) as client:
        async with engine.begin() as holding:
            await journal.lock_incident(holding, IncidentId(apple.ids["incident_id"]))
            body = {"plan_sha256": plan.sha256} | ({"reason": "no"} if verb == "reject" else {})
            asked = asyncio.create_task(client.post(path, json=body))
            await until_somebody_waits(engine)
            async with engine.begin() as other:
                for deed in shut_out:
                    await other.execute(deed)
        answer = await asked

    assert answer.status_code == 401
    async with engine.connect() as connection:
        query = sa.text("SELECT status FROM approvals WHERE org_id = 'default'")
        assert set((await connection.execute(query)).scalars()) == {"open"}


@pytest.mark.parametrize("body", [{}, {"comment": "yes"}, {"plan_sha256": None}])
async def test_a_yes_that_names_no_plan_is_refused_and_says_what_is_missing(
    body: dict[str, Any], app: FastAPI, apple: House, engine: AsyncEngine
) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=by_token(apple)
    ) as client:
        answer = await client.post(apple.fill("/api/v1/incidents/{incident_id}/approve"), json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["plan_sha256"]
    async with engine.connect() as connection:
        query = sa.text("SELECT status FROM approvals WHERE org_id = 'default'")
        assert set((await connection.execute(query)).scalars()) == {"open"}


async def test_a_yes_during_a_stop_says_what_holds_it_and_what_ends_that(
    app: FastAPI, apple: House, plan: Plan, engine: AsyncEngine, clock: Any
) -> None:
    stop = switch.Throw(is_halted=True, actor="eve", reason="drill")
    async with engine.begin() as connection:
        tenant = await incident_rows.tenant_of(connection, IncidentId(apple.ids["incident_id"]))
        stop = replace(stop, cluster_id=tenant.cluster_id)
        await switch.throw(connection, tenant.org_id, stop, now=clock.now())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=by_token(apple)
    ) as client:
        path = apple.fill("/api/v1/incidents/{incident_id}/approve")
        answer = await client.post(path, json={"plan_sha256": plan.sha256})

    said = answer.json()
    assert (answer.status_code, said["verdict"]) == (200, "approved")
    [held] = said["held_by"]
    assert (held["brake"], held["until"]) == ("halted", None)
    assert f"halted in cluster {tenant.cluster_id} by eve: drill" in held["reason"]
    assert f"sre-agent unhalt --cluster {tenant.cluster_id}" in held["reason"]


@pytest.mark.usefixtures("own_database")
async def test_a_yes_stands_though_nobody_can_read_the_brakes(
    app: FastAPI, apple: House, plan: Plan, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE freezes RENAME TO away"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=by_token(apple)
    ) as client:
        path = apple.fill("/api/v1/incidents/{incident_id}/approve")
        answer = await client.post(path, json={"plan_sha256": plan.sha256})
    async with engine.connect() as connection:
        query = sa.text("SELECT status FROM approvals WHERE org_id = 'default'")
        stored = set((await connection.execute(query)).scalars())

    said = answer.json()
    assert (answer.status_code, said["verdict"], stored) == (200, "approved", {"approved"})
    assert said["held_by"] == []
    assert "could not be read" in said["brakes_unread"]
