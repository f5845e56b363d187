"""Who may follow, and for how long: a WebSocket is a door like every other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import sqlalchemy as sa
from live_api import BEARER, LiveApi, hear, hear_end, serve
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import people, sessions, tokens
from backend.actors import Actor, ActorKind, Role
from backend.api.auth import SESSION_COOKIE
from backend.api.live.pace import Pace
from backend.clock import SystemClock
from backend.db.tables.accounts import users
from backend.db.tables.incidents import incidents
from backend.db.tables.tenancy import clusters, organizations
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]

QUICK = Pace(recheck_s=0.2)
FEED = "/ws/feed"
NO_HASH = "-"
ELSEWHERE = "https://elsewhere.test"
ADMIN = Actor(name="root", role=Role.ADMIN, org_id="default", kind=ActorKind.PERSON)


@pytest.fixture
async def api(engine: AsyncEngine, database_url: str) -> AsyncIterator[LiveApi]:
    settings = {"allowed_origins": (ELSEWHERE,), "live_connections_per_user_max": 3}
    async with serve(engine, database_url, QUICK, live_connections_max=4, **settings) as served:
        yield served


async def sign_in(engine: AsyncEngine, role: Role = Role.VIEWER) -> tuple[str, dict[str, str]]:
    """Return a new user's id, and the headers their browser sends."""
    now = SystemClock().now()
    async with engine.begin() as connection:
        user = await people.add(
            connection, org_id="default", name="ada", password_hash=NO_HASH, role=role, now=now
        )
        actor = Actor(name="ada", role=role, org_id="default", kind=ActorKind.PERSON)
        opened = await sessions.open_session(connection, actor, user.id, now=now)
    return user.id, {"Cookie": f"{SESSION_COOKIE}={opened.token}"}


async def make_token(engine: AsyncEngine) -> tuple[str, dict[str, str]]:
    """Return a new token's id, and the headers its program sends."""
    now = SystemClock().now()
    async with engine.begin() as connection:
        token, secret = await tokens.create(
            connection, ADMIN, name="watcher-2", role=Role.VIEWER, expires_at=None, now=now
        )
    return token.id, {"Authorization": f"Bearer {secret}"}


@pytest.mark.attack("socket without or with a wrong token")
async def test_nobody_unknown_comes_in(api: LiveApi, make_incident: MakeIncident) -> None:
    incident = await make_incident()
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Cookie": f"{SESSION_COOKIE}=nonsense"},
    ]

    for path in (FEED, f"/ws/incidents/{incident}"):
        for headers in strangers:
            async with api.connect(path, headers, origin=f"http://{api.host}") as line:
                assert await hear_end(line) == (4401, [])


@pytest.mark.attack("WebSocket from a foreign origin")
async def test_a_session_opens_from_our_own_pages_only(api: LiveApi, engine: AsyncEngine) -> None:
    _, browser = await sign_in(engine)
    refused = ("https://evil.test", "null", f"http://{api.host}.evil.test", f"http://x@{api.host}")

    for origin in (f"http://{api.host}", f"https://{api.host}", ELSEWHERE):
        async with api.connect(FEED, browser, origin=origin) as line:
            assert (await hear(line))["type"] == "snapshot"
    for bad in (*refused, None):
        async with api.connect(FEED, browser, origin=bad) as line:
            assert await hear_end(line) == (4403, [])


@pytest.mark.attack("WebSocket from a foreign origin")
async def test_a_program_needs_no_origin_but_a_foreign_one_is_refused(api: LiveApi) -> None:
    async with api.connect(FEED, BEARER) as line:
        assert (await hear(line))["type"] == "snapshot"
    async with api.connect(FEED, BEARER, origin="https://evil.test") as line:
        assert await hear_end(line) == (4403, [])


@pytest.mark.attack("another organization's socket")
async def test_incidents_of_others_are_not_there(api: LiveApi, engine: AsyncEngine) -> None:
    now = SystemClock().now()
    async with engine.begin() as connection:
        await connection.execute(
            sa.insert(organizations).values(id="other", name="other", created_at=now)
        )
        await connection.execute(
            sa.insert(clusters).values(org_id="other", id="default", created_at=now)
        )
        row = {"id": "inc-theirs", "org_id": "other", "cluster_id": "default", "namespace": "n"}
        row |= {"service": "s", "title": "t", "severity": "critical", "status": "received"}
        moments = {"started_at": now, "opened_at": now, "last_at": now}
        await connection.execute(sa.insert(incidents).values(**row, **moments))

    for name in ("inc-theirs", "inc-nowhere"):
        async with api.connect(f"/ws/incidents/{name}") as line:
            assert await hear_end(line) == (4404, [])
    async with api.connect(FEED) as line:
        assert (await hear(line))["incidents"] == []


async def test_a_name_that_no_incident_can_have_is_not_there(api: LiveApi) -> None:
    for name in ("a%00b", "%00", "%ED%A0%80", "x" * 3000):
        async with api.connect(f"/ws/incidents/{name}") as line:
            assert await hear_end(line) == (4404, [])
    async with api.connect("/ws/incidents/a%00b", {}) as stranger:
        assert await hear_end(stranger) == (4401, [])


async def test_a_malformed_place_is_refused(api: LiveApi, make_incident: MakeIncident) -> None:
    incident = await make_incident()

    for after in ("-1", "x", "1.5", "", "99999999999", "%D9%A1"):
        async with api.connect(f"/ws/incidents/{incident}?after={after}") as line:
            assert await hear_end(line) == (4400, [])


async def test_a_session_that_ends_takes_its_sockets_with_it(
    api: LiveApi, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    user_id, browser = await sign_in(engine)
    origin = f"http://{api.host}"
    async with (
        api.connect(f"/ws/incidents/{incident}", browser, origin=origin) as first,
        api.connect(FEED, browser, origin=origin) as second,
    ):
        await hear(first, "caught_up")

        async with engine.begin() as connection:
            await sessions.close_all(connection, user_id)

        assert (await hear_end(first))[0] == 4401
        assert (await hear_end(second))[0] == 4401


async def test_a_disabled_user_and_a_revoked_token_are_shown_out(
    api: LiveApi, engine: AsyncEngine
) -> None:
    user_id, browser = await sign_in(engine)
    token_id, program = await make_token(engine)
    async with (
        api.connect(FEED, browser, origin=f"http://{api.host}") as person,
        api.connect(FEED, program) as machine,
        api.connect(FEED) as other,
    ):
        await hear(other)

        now = SystemClock().now()
        async with engine.begin() as connection:
            disabled = sa.update(users).where(users.c.id == user_id).values(disabled_at=now)
            await connection.execute(disabled)
            await tokens.revoke(connection, ADMIN, token_id, now=now)

        assert (await hear_end(person))[0] == 4401
        assert (await hear_end(machine))[0] == 4401
        assert other.close_code is None


async def test_nobody_takes_all_the_places(api: LiveApi, engine: AsyncEngine) -> None:
    _, program = await make_token(engine)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(api.connect(FEED)) for _ in range(3)]
        for line in lines:
            await hear(line)

        async with api.connect(FEED) as one_too_many:
            assert await hear_end(one_too_many) == (1013, [])
        other = await stack.enter_async_context(api.connect(FEED, program))
        assert (await hear(other))["type"] == "snapshot"
        async with api.connect(FEED, program) as no_place_left:
            assert await hear_end(no_place_left) == (1013, [])
        await lines[0].close()
        await asyncio.sleep(0.1)
        again = await stack.enter_async_context(api.connect(FEED))
        assert (await hear(again))["type"] == "snapshot"


@pytest.mark.attack("shouting at a socket")
async def test_who_talks_is_not_listened_to_and_who_shouts_is_left(api: LiveApi) -> None:
    async with api.connect(FEED) as line:
        await line.send("hello")
        await line.send(b"\x00\xff")
        assert (await hear(line))["type"] == "snapshot"

        await line.send("x" * 5000)

        assert (await hear_end(line))[0] == 1009


async def test_there_is_no_other_socket(api: LiveApi) -> None:
    with pytest.raises(Exception, match=r"HTTP 40[34]"):
        await api.connect("/ws/nonsense")
