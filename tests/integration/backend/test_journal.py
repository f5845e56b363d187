"""The event log on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, journal, log_writing
from backend.db.journal import PostgresJournal
from sre_agent import ports
from sre_agent.domain.events import Event, EventDraft, EventKind, chain, compute_hash
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]


def draft(step_key: str, **payload: Any) -> EventDraft:
    return EventDraft(
        actor="tester", kind=EventKind.RUN_STARTED, payload=payload, step_key=step_key
    )


async def test_appended_events_are_numbered_and_chained(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)

    await log.append(incident, draft("a", text="snowman ☃", ratio=1.0, none=None))
    await log.append_all(incident, [draft("b"), draft("c")])

    async with engine.connect() as connection:
        events = await journal.read(connection, incident)
    assert [event.seq for event in events] == [1, 2, 3]
    assert chain().follow(events) is None
    assert events[0].payload == {"text": "snowman ☃", "ratio": 1.0, "none": None}


async def test_the_same_step_key_gives_the_first_event_again(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)

    first = await log.append(incident, draft("step", attempt=1))
    again = await log.append(incident, draft("step", attempt=2))

    assert again == first


async def test_fifty_appends_at_once_keep_the_chain(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)

    await asyncio.gather(*(log.append(incident, draft(f"step-{n % 40}")) for n in range(50)))

    async with engine.connect() as connection:
        result = await audit.verify_incident(connection, incident)
    assert result == audit.Audit(incident_id=incident, events=40, broken=None)


async def test_time_never_runs_backwards_in_a_log(
    engine: AsyncEngine, make_incident: MakeIncident, clock: Any
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)
    first = await log.append(incident, draft("a"))
    clock.time -= timedelta(hours=1)

    second = await log.append(incident, draft("b"))

    assert second.at == first.at


async def test_hostile_text_is_kept_without_breaking_the_chain(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)

    await log.append(incident, draft("a", line="nul \x00 half \ud83d %s ' \\ :x"))

    async with engine.connect() as connection:
        result = await audit.verify_incident(connection, incident)
        events = await journal.read(connection, incident)
    assert result.broken is None
    assert events[0].payload["line"] == "nul \ufffd half ? %s ' \\ :x"


async def test_a_follower_is_woken_by_every_append(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident, database_url: str
) -> None:
    incident = await make_incident()
    listener = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with listener:
        await listener.execute(f"LISTEN {log_writing.CHANNEL}")

        await PostgresJournal(engine, clock).append(incident, draft("a"))

        notices = [n.payload async for n in listener.notifies(timeout=5, stop_after=1)]
    assert notices == [f"{incident}:1"]


async def test_the_database_refuses_to_edit_the_log(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    await PostgresJournal(engine, clock).append(incident, draft("a"))

    for statement in ("UPDATE events SET actor = 'x'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(sa.text(statement))


TAMPERING = {
    "a changed payload": ("UPDATE events SET payload = '{\"n\": 9}' WHERE seq = 2", 2),
    "a changed actor": ("UPDATE events SET actor = 'somebody else' WHERE seq = 2", 2),
    "a changed time": ("UPDATE events SET at = at + interval '1 microsecond' WHERE seq = 2", 2),
    "an event taken out": ("DELETE FROM events WHERE seq = 2", 2),
    "the last event taken out": ("DELETE FROM events WHERE seq = 3", 3),
    "an unknown kind": ("UPDATE events SET kind = 'coffee_made' WHERE seq = 2", 2),
    "a forged last event": ("UPDATE events SET hash = repeat('a', 64) WHERE seq = 3", 3),
}


@pytest.mark.parametrize("name", TAMPERING)
async def test_verification_names_the_first_broken_link(
    name: str, engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    statement, broken_seq = TAMPERING[name]
    incident = await make_incident()
    await PostgresJournal(engine, clock).append_all(
        incident, [draft("a", n=1), draft("b", n=2), draft("c", n=3)]
    )
    async with engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        await connection.execute(sa.text(statement))

    async with engine.connect() as connection:
        [result] = await audit.verify_all(engine, "default")

    assert result.broken is not None
    assert result.broken.seq == broken_seq


async def test_an_entry_that_was_rewritten_with_a_hash_of_its_own_does_not_fit_the_next(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    drafts = [draft("a", n=1), draft("b", n=2), draft("c", n=3)]
    second = (await PostgresJournal(engine, clock).append_all(incident, drafts))[1]
    forged = compute_hash(second.model_copy(update={"payload": {"n": 9}}))
    rewrite = "UPDATE events SET payload = '{\"n\": 9}', hash = :hash WHERE seq = 2"
    async with engine.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        await connection.execute(sa.text(rewrite), {"hash": forged})

    [result] = await audit.verify_all(engine, "default")

    assert result.broken is not None
    assert (result.broken.seq, result.broken.reason) == (
        3,
        "it does not continue the event before it",
    )


async def test_a_draft_that_is_not_json_fails_its_own_writer_only(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)

    ends = await asyncio.gather(
        log.append(incident, draft("first")),
        log.append(incident, draft("good")),
        log.append(incident, draft("bad", ratio=float("nan"))),
        log.append(incident, draft("fine")),
        return_exceptions=True,
    )

    assert [type(end) for end in ends] == [Event, Event, ValueError, Event]
