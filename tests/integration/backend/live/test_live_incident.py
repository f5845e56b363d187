"""Following one incident: the whole log, in order, each event once, whatever happens on the way."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import httpx
import pytest
import sqlalchemy as sa
from live_api import BEARER, LiveApi, comment, hear, hear_end, hear_log, serve
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.pace import Pace
from backend.db import log_pages
from backend.db.journal import PostgresJournal
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]

QUICK = Pace(
    ping_s=0.1,
    send_s=0.3,
    farewell_s=0.3,
    recheck_s=0.2,
    sweep_s=0.3,
    feed_sweep_s=0.3,
    feed_pause_s=0.05,
)


@pytest.fixture
def pace() -> Pace:
    return QUICK


async def append(journal: PostgresJournal, incident: IncidentId, count: int) -> None:
    await journal.append_all(incident, [comment(f"number {n}") for n in range(count)])


async def test_a_follower_gets_the_past_and_then_what_happens(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await append(journal, incident, 3)

    async with api.connect(f"/ws/incidents/{incident}?after=1") as line:
        past = await hear(line)
        turn = await hear(line)
        await journal.append(incident, comment("news"))
        news = await hear(line)

    assert [event["seq"] for event in past["events"]] == [2, 3]
    assert (past["last_seq"], past["status"]) == (3, "received")
    assert turn == {"type": "caught_up", "last_seq": 3}
    assert [event["payload"] for event in news["events"]] == [{"text": "news"}]


async def test_events_are_the_same_as_those_of_the_rest_api(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await journal.append(incident, comment('<b>é</b> \u2028 \\ " \x01', deep={"a": [1, 2.5, None]}))

    async with api.connect(f"/ws/incidents/{incident}") as line, httpx.AsyncClient() as http:
        live = await hear(line)
        path = f"http://{api.host}/api/v1/incidents/{incident}/events"
        asked = (await http.get(path, headers=BEARER)).json()

    for event in (*live["events"], *asked["events"]):
        event["at"] = event["at"].rstrip("Z").ljust(26, "0")
    assert live["events"] == asked["events"]


async def append_slowly(
    journal: PostgresJournal, incident: IncidentId, count: int, chance: random.Random
) -> None:
    """Append some at a time, now and then more than a page holds."""
    while count:
        some = min(count, chance.choice([1, 5, 20, 100, 450]))
        await append(journal, incident, some)
        count -= some
        await asyncio.sleep(chance.uniform(0, 0.02))


async def follow_badly(api: LiveApi, path: str, total: int, chance: random.Random) -> list[int]:
    """Follow over connections that end or break after some frames; return all that was heard."""
    heard: list[int] = []
    await asyncio.sleep(chance.uniform(0, 0.5))
    while not heard or heard[-1] < total:
        async with api.connect(f"{path}?after={heard[-1] if heard else 0}") as line:
            for _ in range(chance.randint(1, 8)):
                frame = await hear(line, "events", "caught_up", "ping")
                heard += [event["seq"] for event in frame.get("events", ())]
                await asyncio.sleep(chance.choice([0, 0, 0.02]))
            if chance.random() < 0.5:
                line.transport.abort()
    return heard


async def test_nothing_is_lost_or_doubled_however_often_followers_are_cut(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    path = f"/ws/incidents/{incident}"
    total = 4 * log_pages.EVENTS_MAX
    await append(journal, incident, total // 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(append_slowly(journal, incident, total // 2, random.Random(0)))
        followers = [
            group.create_task(follow_badly(api, path, total, random.Random(n))) for n in range(5)
        ]

    for follower in followers:
        assert follower.result() == list(range(1, total + 1))


async def test_a_long_log_comes_in_pages(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    long = "x" * 50_000
    await journal.append_all(incident, [comment(long) for _ in range(8)])
    await append(journal, incident, 700)

    async with api.connect(f"/ws/incidents/{incident}") as line:
        sizes: list[int] = []
        numbers: list[int] = []
        while not numbers or numbers[-1] < 708:
            frame = await hear(line, "events")
            sizes.append(len(str(frame)))
            numbers += [event["seq"] for event in frame["events"]]
        turn = await hear(line)

    assert numbers == list(range(1, 709))
    assert len(sizes) >= 4
    assert max(sizes) < 350_000
    assert turn == {"type": "caught_up", "last_seq": 708}


async def test_many_followers_are_served_by_one_reading(
    api: LiveApi, journal: PostgresJournal, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await append(journal, incident, 5)
    read: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "string_agg" in statement:
            read.append(statement)

    lines = [await api.connect(f"/ws/incidents/{incident}") for _ in range(20)]
    for line in lines:
        await hear(line, "caught_up")
    sa.event.listen(engine.sync_engine, "before_cursor_execute", count)
    try:
        await append(journal, incident, 1)
        heard = [await hear_log(line, 6) for line in lines]
    finally:
        sa.event.remove(engine.sync_engine, "before_cursor_execute", count)
        for line in lines:
            await line.close()

    assert heard == [[6]] * 20
    assert len(read) <= 2


async def test_a_reader_that_does_not_read_is_left_and_the_others_go_on(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    path = f"/ws/incidents/{incident}"
    async with api.connect_narrow(path) as slow, api.connect(path) as quick:
        await hear(quick, "caught_up")

        # More than the sockets between us hold.
        for _ in range(12):
            await journal.append(incident, comment("x" * 1_000_000))
        heard = await hear_log(quick, 12)
        await asyncio.sleep(QUICK.send_s + QUICK.farewell_s)
        code, frames = await hear_end(slow)

    assert heard == list(range(1, 13))
    last = [frame["last_seq"] for frame in frames if frame["type"] == "events"][-1]
    assert last < 12
    assert code in {4008, 1006}


async def test_a_reader_that_never_reads_holds_no_connection(
    api: LiveApi, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    connections = api.server.server_state.connections
    async with api.connect_narrow(f"/ws/incidents/{incident}") as stuck:
        during = len(connections)

        for _ in range(12):
            await journal.append(incident, comment("x" * 1_000_000))
        for _ in range(300):
            if not connections:
                break
            await asyncio.sleep(0.01)

        assert (during, len(connections)) == (1, 0)
        stuck.transport.abort()


async def test_a_reader_that_falls_behind_is_told_where_to_go_on(
    engine: AsyncEngine,
    database_url: str,
    journal: PostgresJournal,
    make_incident: MakeIncident,
) -> None:
    incident = await make_incident()
    patient = Pace(send_s=5, farewell_s=5, sweep_s=0.3)
    async with serve(engine, database_url, patient) as api:
        path = f"/ws/incidents/{incident}"
        async with api.connect_narrow(path) as slow, api.connect(path) as quick:
            await hear(quick, "caught_up")
            for _ in range(12):
                await journal.append(incident, comment("x" * 1_000_000))
            await hear_log(quick, 12)

            code, frames = await hear_end(slow)

        told = frames[-1]
        last = [frame["last_seq"] for frame in frames if frame["type"] == "events"][-1]
        assert code == 4008
        assert told == {"type": "resume", "after": last}
        async with api.connect(f"{path}?after={last}") as again:
            assert await hear_log(again, 12) == list(range(last + 1, 13))


async def test_silence_is_broken_by_pings(api: LiveApi, make_incident: MakeIncident) -> None:
    incident = await make_incident()

    async with api.connect(f"/ws/incidents/{incident}") as line:
        frames = [await hear(line) for _ in range(3)]

    assert [frame["type"] for frame in frames] == ["caught_up", "ping", "ping"]


async def test_a_lost_wake_up_costs_time_and_no_event(
    api: LiveApi, journal: PostgresJournal, engine: AsyncEngine, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    async with api.connect(f"/ws/incidents/{incident}") as line:
        await hear(line, "caught_up")

        async with engine.connect() as connection:
            killed = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            await connection.execute(sa.text(killed))
        await append(journal, incident, 2)

        assert await hear_log(line, 2) == [1, 2]


async def test_a_shutdown_asks_followers_to_come_again(
    engine: AsyncEngine, database_url: str, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    async with (
        serve(engine, database_url, QUICK) as api,
        api.connect(f"/ws/incidents/{incident}") as line,
    ):
        await hear(line, "caught_up")

        api.server.should_exit = True

        code, _ = await hear_end(line)
    assert code == 1012


async def test_a_stream_ends_with_its_last_follower(
    api: LiveApi, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    streams = api.app.state.context.newsroom.streams
    path = f"/ws/incidents/{incident}"
    async with api.connect(path) as first, api.connect(path) as second:
        await hear(first, "caught_up")
        await hear(second, "caught_up")
        during = len(streams)

    for _ in range(200):
        if len(streams) == 0:
            break
        await asyncio.sleep(0.01)

    assert (during, len(streams)) == (1, 0)
