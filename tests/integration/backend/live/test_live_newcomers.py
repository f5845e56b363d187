"""Who joins the feed later takes no news from those who are there."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from feed_deeds import ask_approval, throw_switch
from live_api import comment
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.feed import Feed
from backend.api.live.notices import Changed, Notice, Thrown
from backend.api.live.outbox import Outbox
from backend.api.live.pace import Pace
from backend.db.journal import PostgresJournal
from backend.db.tables.incidents import incidents
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]

BRISK = Pace(feed_pause_s=0.01, feed_sweep_s=0.1)
UNSWEPT = Pace(feed_pause_s=0.01, feed_sweep_s=60)


async def take(outbox: Outbox, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind."""
    async with asyncio.timeout(5):
        while True:
            frame = await outbox.take(5)
            assert frame is not None
            told: dict[str, Any] = json.loads(frame.text)
            if told["type"] == kind:
                return told


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def two_followers(
    feed: Feed, happen: Callable[[], Awaitable[None]], notice: Notice | None
) -> AsyncIterator[tuple[Outbox, Outbox]]:
    """Let something happen between the first and the second, of which the feed hears after both."""
    first, second = Outbox(), Outbox()
    async with feed.join("default", first):
        await happen()
        async with feed.join("default", second):
            if notice is not None:
                feed.notice(notice)
            async with running(feed):
                yield first, second


@pytest.mark.parametrize("is_heard", [True, False])
async def test_the_switch_is_told_to_those_who_came_before_it(
    is_heard: bool, engine: AsyncEngine
) -> None:
    feed = Feed(engine, UNSWEPT if is_heard else BRISK, is_held=False)
    notice = Thrown("default") if is_heard else None

    async def halt() -> None:
        await throw_switch(engine, is_halted=True)

    async with two_followers(feed, halt, notice) as (first, second):
        before = await take(first, "snapshot")
        after = await take(second, "snapshot")
        told = await take(first, "halt")

    assert (before["halted"], after["halted"]) == (False, True)
    assert told == {"type": "halt", "halted": True, "reason": "a drill", "clusters": []}


async def test_the_plans_that_wait_are_told_to_those_who_came_before_them(
    engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    feed = Feed(engine, UNSWEPT, is_held=False)

    async def ask() -> None:
        await ask_approval(engine, incident)
        await journal.append(incident, comment("asked"))

    async with two_followers(feed, ask, Changed(incident)) as (first, second):
        after = await take(second, "snapshot")
        told = await take(first, "approvals")

    assert (after["approvals_waiting"], told["waiting"]) == (1, 1)


@pytest.mark.parametrize("is_new", [True, False])
async def test_an_incident_whose_notice_was_lost_is_told_to_those_who_came_before_it(
    is_new: bool, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    feed = Feed(engine, BRISK, is_held=False)
    known = await make_incident("inc-1")

    async def change() -> None:
        if is_new:
            await make_incident("inc-2", "api")
        else:
            async with engine.begin() as connection:
                await connection.execute(sa.update(incidents).values(last_seq=7))

    async with two_followers(feed, change, None) as (first, _):
        told = await take(first, "incident")

    assert told["incident"]["id"] == ("inc-2" if is_new else known)


async def test_who_comes_when_all_have_left_is_told_what_changes_from_then_on(
    engine: AsyncEngine,
) -> None:
    feed = Feed(engine, UNSWEPT, is_held=False)
    outbox = Outbox()
    async with feed.join("default", Outbox()):
        pass
    await throw_switch(engine, is_halted=True)

    async with feed.join("default", outbox), running(feed):
        joined = await take(outbox, "snapshot")
        await throw_switch(engine, is_halted=False)
        feed.notice(Thrown("default"))
        told = await take(outbox, "halt")

    assert (joined["halted"], told["halted"]) == (True, False)
