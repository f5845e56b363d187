"""The feed: an organization as it stands, then every change of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from feed_deeds import ask_approval, set_status, throw_switch
from live_api import LiveApi, comment, hear, serve
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live import feed
from backend.api.live.pace import Pace
from backend.clock import SystemClock
from backend.db import log_writing
from backend.db.journal import PostgresJournal
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import incidents
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]

QUICK = Pace(ping_s=5, feed_sweep_s=0.5, feed_pause_s=0.25)


@pytest.fixture
def pace() -> Pace:
    return QUICK


async def test_a_newcomer_is_told_what_is_open(
    api: LiveApi, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    waiting = await make_incident("inc-1", "web", "awaiting_approval")
    await make_incident("inc-2", "api", "resolved")
    await ask_approval(engine, waiting)
    await throw_switch(engine, is_halted=True)

    async with api.connect("/ws/feed") as line:
        told = await hear(line)

    assert [row["id"] for row in told.pop("incidents")] == [waiting]
    assert told == {
        "type": "snapshot",
        "open_count": 1,
        "approvals_waiting": 1,
        "halted": True,
        "reason": "a drill",
        "clusters": [],
    }


async def test_every_change_is_told_until_the_end(
    api: LiveApi, engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")
        incident = await make_incident()
        told: list[dict[str, Any]] = []
        for status in ("investigating", "resolved"):
            await set_status(engine, incident, status)
            await journal.append(incident, comment(status))
            told.append((await hear(line, "incident"))["incident"])

    assert [(row["id"], row["status"], row["last_seq"]) for row in told] == [
        (incident, "investigating", 1),
        (incident, "resolved", 2),
    ]


async def test_plans_that_wait_are_counted(
    api: LiveApi, engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")

        await ask_approval(engine, incident)
        await journal.append(incident, comment("asked"))
        asked = await hear(line, "approvals")
        async with engine.begin() as connection:
            await connection.execute(sa.update(approvals).values(status="approved"))
        await journal.append(incident, comment("decided"))
        decided = await hear(line, "approvals")

    assert (asked["waiting"], decided["waiting"]) == (1, 0)


async def test_the_switch_is_told_at_once(api: LiveApi, engine: AsyncEngine) -> None:
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")

        await throw_switch(engine, is_halted=True)
        halted = await hear(line, "halt")
        await throw_switch(engine, is_halted=False)
        resumed = await hear(line, "halt")

    assert halted == {"type": "halt", "halted": True, "reason": "a drill", "clusters": []}
    assert resumed == {"type": "halt", "halted": False, "reason": None, "clusters": []}


async def test_the_switch_of_the_settings_stays_on(engine: AsyncEngine, database_url: str) -> None:
    async with (
        serve(engine, database_url, QUICK, kill_switch=True) as api,
        api.connect("/ws/feed") as line,
    ):
        told = await hear(line, "snapshot")
        await throw_switch(engine, is_halted=True)
        halted = await hear(line, "halt")
        await throw_switch(engine, is_halted=False)
        resumed = await hear(line, "halt")

    assert (told["halted"], halted["reason"]) == (True, "a drill")
    assert resumed == {"type": "halt", "halted": True, "reason": told["reason"], "clusters": []}


async def test_a_busy_incident_is_told_a_few_times_and_at_last_as_it_is(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")

        started_s = time.monotonic()
        for _ in range(40):
            await journal.append(incident, comment("busy"))
            await asyncio.sleep(0.01)
        told: list[int] = []
        while not told or told[-1] < 40:
            told.append((await hear(line, "incident"))["incident"]["last_seq"])

    # However long the machine took for it: one at once, then one after each pause.
    pauses = (time.monotonic() - started_s) / QUICK.feed_pause_s
    assert len(told) <= 2 + pauses
    assert told == sorted(set(told))


async def test_a_storm_is_told_as_a_whole(api: LiveApi, engine: AsyncEngine) -> None:
    # However the notices fall into two heaps, one of them is large.
    count = 2 * feed.SNAPSHOT_FROM + 2
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")

        now = SystemClock().now()
        row = {"org_id": "default", "cluster_id": "default", "namespace": "prod", "title": "Errors"}
        row |= {"severity": "critical", "status": "received"}
        moments = {"started_at": now, "opened_at": now, "last_at": now}
        rows = [{"id": f"inc-{n}", "service": f"s-{n}", **row, **moments} for n in range(count)]
        async with engine.begin() as connection:
            await connection.execute(sa.insert(incidents), rows)
            await connection.execute(
                sa.select(sa.func.pg_notify(log_writing.CHANNEL, incidents.c.id + ":x"))
            )
        frame = await hear(line, "snapshot")

    assert (frame["type"], frame["open_count"], len(frame["incidents"])) == (
        "snapshot",
        count,
        count,
    )


async def test_a_lost_wake_up_is_made_good(
    api: LiveApi, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    async with api.connect("/ws/feed") as line:
        await hear(line, "snapshot")

        # As if an event had come whose notice nobody heard.
        async with engine.begin() as connection:
            query = sa.update(incidents).where(incidents.c.id == incident)
            await connection.execute(query.values(last_seq=7, status="resolved"))
        told = await hear(line, "incident")

    assert (told["incident"]["id"], told["incident"]["status"]) == (incident, "resolved")
