"""Every route of the application's own table: who gets through it, and to whose things."""

import httpx
import pytest
from fastapi import FastAPI
from house import House, snapshot
from route_cases import CASES, ELSEWHERE, Case
from route_checker import Checker
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Role
from backend.api.auth import Approver, Viewer
from backend.api.context import Context
from backend.db import incident_rows
from backend.settings.api import ApiSettings
from sre_agent.domain.ids import IncidentId

pytestmark = pytest.mark.attack("another organization on every route and socket")


def test_every_route_has_a_case_and_every_case_a_route(app: FastAPI) -> None:
    assert Checker(app, CASES, ELSEWHERE).unlisted() == []


async def test_nobody_gets_through_a_route_who_may_not(
    app: FastAPI, engine: AsyncEngine, apple: House
) -> None:
    before = await snapshot(engine, apple.org_id)

    faults = await Checker(app, CASES, ELSEWHERE).open_doors(apple)

    assert faults == []
    after = await snapshot(engine, apple.org_id)
    assert after == before


async def test_no_route_reaches_or_shows_what_is_another_organizations(
    app: FastAPI, engine: AsyncEngine, apple: House, zebra: House
) -> None:
    checker = Checker(app, CASES, ELSEWHERE)
    before = await snapshot(engine, zebra.org_id)
    faults = await checker.leaks(apple, zebra)
    after = await snapshot(engine, zebra.org_id)

    assert faults == []
    assert after == before
    assert sum(len(rows) for rows in before.values()) > 20


async def test_the_installations_own_things_are_as_far_from_another_organization(
    app: FastAPI, engine: AsyncEngine, apple: House, zebra: House, settings: ApiSettings
) -> None:
    assert settings.mcp_halt_file is not None
    settings.mcp_halt_file.write_text("apple's own")
    before = await snapshot(engine, apple.org_id)
    faults = await Checker(app, CASES, ELSEWHERE).leaks(zebra, apple)
    after = await snapshot(engine, apple.org_id)

    assert faults == []
    assert settings.mcp_halt_file.read_text() == "apple's own"
    assert after == before


@pytest.mark.parametrize(
    "path", ["metrics/snapshot", "runbooks", "stale-runbooks", "runbooks/apple-x"]
)
async def test_what_the_own_clusters_servers_tell_is_its_organizations_alone(
    path: str, app: FastAPI, apple: House, zebra: House
) -> None:
    shown = {}
    for house in (apple, zebra):
        headers = {"Authorization": f"Bearer {house.tokens[Role.VIEWER]}"}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers=headers
        ) as client:
            shown[house.mark] = await client.get(f"/api/v1/{path}?cluster=default")

    assert shown["apple"].status_code == 200
    assert "apple-web" in shown["apple"].text
    assert shown["zebra"].status_code in {404, 409, 503}
    assert "apple" not in shown["zebra"].text


async def test_an_unguarded_route_is_found(app: FastAPI, apple: House, zebra: House) -> None:
    @app.get("/api/v1/forgotten/{incident_id}")
    async def forgotten(incident_id: str) -> str:
        return incident_id

    case = Case("GET", "/api/v1/forgotten/{incident_id}", Role.RESPONDER)
    open_to = await Checker(app, (case,), ELSEWHERE).open_doors(apple)
    leaked = await Checker(app, (case,), ELSEWHERE).leaks(apple, zebra)

    assert Checker(app, CASES, ELSEWHERE).unlisted() == [
        "no case for ('GET', '/api/v1/forgotten/{incident_id}')"
    ]
    assert len(open_to) == 5 + 2
    assert leaked == ["GET /api/v1/forgotten/{incident_id}: what is another's is answered 200"]


async def test_a_route_that_asks_for_too_low_a_role_or_no_csrf_token_is_found(
    app: FastAPI, apple: House
) -> None:
    @app.get("/api/v1/low")
    async def low(actor: Viewer) -> str:
        return actor.name

    asks_enough = Case("GET", "/api/v1/low", Role.VIEWER)
    asks_too_little = Case("GET", "/api/v1/low", Role.APPROVER)

    assert await Checker(app, (asks_enough,), ELSEWHERE).open_doors(apple) == []
    found = await Checker(app, (asks_too_little,), ELSEWHERE).open_doors(apple)
    assert len(found) == 4
    assert all("is answered 200" in said for said in found)


async def test_a_route_that_forgets_whose_rows_it_reads_is_found(
    app: FastAPI, apple: House, zebra: House
) -> None:
    @app.get("/api/v1/all-titles")
    async def all_titles(context: Context, actor: Approver) -> list[str]:
        async with context.engine.connect() as connection:
            wanted = [house.ids["incident_id"] for house in (apple, zebra)]
            found = [await incident_rows.load(connection, IncidentId(id_)) for id_ in wanted]
        return [incident.title for incident in found]

    case = Case("GET", "/api/v1/all-titles", Role.APPROVER, shows=True)

    assert await Checker(app, (case,), ELSEWHERE).leaks(apple, zebra) == [
        "GET /api/v1/all-titles: shows what is another's"
    ]
