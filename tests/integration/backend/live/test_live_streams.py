"""The one reader of an incident's log, without any wake-up to help it."""

import json
from collections.abc import Awaitable, Callable

from live_api import comment
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.outbox import Outbox
from backend.api.live.pace import Pace
from backend.api.live.streams import Streams
from backend.api.live.wakeups import Wakeups
from backend.db.journal import PostgresJournal
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]


async def test_what_came_before_it_listened_is_read(
    engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    outbox = Outbox()

    # The head was read, then an event came, and only then somebody listened.
    await journal.append(incident, comment("between"))
    async with Streams(engine, Wakeups(), Pace()).join(incident, head=0) as stream:
        place = stream.attach(outbox)
        frame = await outbox.take(2)

    assert place == 0
    assert frame is not None
    assert [event["seq"] for event in json.loads(frame.text)["events"]] == [1]


async def test_who_heard_more_elsewhere_gets_nothing_twice(
    engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    streams = Streams(engine, Wakeups(), Pace())
    first, second = Outbox(), Outbox()

    async with streams.join(incident, head=0) as stream:
        stream.attach(first)
        await journal.append_all(incident, [comment("a"), comment("b")])
        # Somebody comes who has heard both from another process.
        async with streams.join(incident, head=2) as same:
            place = same.attach(second)
            heard = await first.take(2)
            again = await second.take(0.1)

    assert same is stream
    assert place == 2
    assert heard is not None
    assert heard.last_seq == 2
    assert again is None


async def test_pages_that_were_read_once_are_not_read_again(
    engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await journal.append_all(incident, [comment("a"), comment("b"), comment("c")])

    async with Streams(engine, Wakeups(), Pace()).join(incident, head=3) as stream:
        whole = await stream.replay(0, 3)
        again = await stream.replay(0, 3)
        rest = await stream.replay(2, 3)
        nothing = await stream.replay(3, 3)
        await journal.append(incident, comment("d"))
        longer = await stream.replay(0, 4)

    assert whole is not None
    assert again is whole
    assert rest is not None
    assert [event["seq"] for event in json.loads(rest.text)["events"]] == [3]
    assert nothing is None
    assert longer is not None
    assert longer.last_seq == 4


async def test_a_page_that_goes_too_far_for_a_follower_is_not_given_to_it(
    engine: AsyncEngine, journal: PostgresJournal, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await journal.append_all(incident, [comment("early") for _ in range(100)])

    async with Streams(engine, Wakeups(), Pace()).join(incident, head=100) as stream:
        until = stream.attach(Outbox())
        await journal.append_all(incident, [comment("late") for _ in range(900)])
        long = await stream.replay(0, 1000)
        short = await stream.replay(0, until)

    assert long is not None
    assert long.last_seq in range(101, 1000)
    assert short is not None
    assert short.last_seq == until
