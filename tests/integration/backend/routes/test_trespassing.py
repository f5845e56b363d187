"""No operation of the document tells or does anything to whoever knows another organization's ids."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any

import httpx
import operations
import pytest
import sqlalchemy as sa
from attack_counts import Attack
from fastapi import FastAPI, HTTPException
from house import House, build, snapshot
from pydantic import BaseModel
from route_cases import CASES
from sqlalchemy.ext.asyncio import AsyncEngine
from trespass import Trespasser

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.db.tables.accounts import users
from sre_agent.domain.plan import Plan

pytestmark = pytest.mark.attack("another organization's ids in every path, query and body")
NewCaller = Callable[[], Awaitable[House]]


class NewUser(BaseModel):
    """What a route reads that nobody thought of."""

    name: str


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def new_caller(engine: AsyncEngine, clock: Any, plan: Plan) -> NewCaller:
    """What founds an organization of its own for each who tries."""
    numbers = count(1)

    async def found() -> House:
        name = f"guest{next(numbers)}"
        return await build(engine, name, name, plan, now=clock.now())

    return found


async def test_whoever_knows_another_organizations_ids_learns_and_changes_nothing(
    client: httpx.AsyncClient,
    app: FastAPI,
    engine: AsyncEngine,
    apple: House,
    new_caller: NewCaller,
    attack: Attack,
) -> None:
    every = list(operations.find(app.openapi(), CASES))
    trespasser = Trespasser(client, apple, new_caller)
    before = await snapshot(engine, apple.org_id)

    await trespasser.try_all(every)

    attack.asks(trespasser.sent)
    attack.throws(*apple.ids.values())
    attack.leaks_nothing(trespasser.faults)
    after = await snapshot(engine, apple.org_id)
    attack.writes_nothing(name for name in before if before[name] != after[name])
    named = {f"{each.method} {each.path}" for each in every if "{" in each.path}
    assert trespasser.refused == named
    assert {"DELETE", "GET", "PATCH", "POST", "PUT"} == {name.split()[0] for name in named}


async def test_a_new_route_that_tells_of_others_is_found_without_a_word_about_it(
    client: httpx.AsyncClient, app: FastAPI, apple: House, new_caller: NewCaller
) -> None:
    async def is_there(context: Context, name: str) -> bool:
        async with context.engine.connect() as connection:
            query = sa.select(users.c.id).where(users.c.name == name)
            return (await connection.execute(query)).one_or_none() is not None

    @app.get("/api/v1/new/{incident_id}")
    async def told(incident_id: str, actor: Viewer) -> str:
        return actor.name + incident_id

    @app.post("/api/v1/new")
    async def taken(context: Context, actor: Viewer, body: NewUser) -> str:
        if await is_there(context, body.name):
            raise HTTPException(409, "the name is taken")
        raise HTTPException(422, "too short")

    @app.get("/api/v1/new/{unheard_of_id}/more")
    async def unknown(unheard_of_id: str, actor: Viewer) -> str:
        return unheard_of_id

    new = [each for each in operations.find(app.openapi(), CASES) if "/new" in each.path]
    trespasser = Trespasser(client, apple, new_caller)
    await trespasser.try_all(new)

    assert [fault.split(": ")[0] for fault in trespasser.faults] == [
        "GET /api/v1/new/{incident_id}",
        "POST /api/v1/new",
        "GET /api/v1/new/{unheard_of_id}/more",
    ]
