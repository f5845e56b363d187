"""Several writers of one log, each in a process of its own: none is lost, and none breaks the chain."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, journal, transitions
from backend.db.incidents import PostgresIncidents
from backend.db.journal import OutdatedRunError, PostgresJournal
from backend.db.tables.incidents import incidents
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

MakeIncident = Callable[..., Awaitable[IncidentId]]

WAITING = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def draft(step_key: str, writer: str = "one") -> EventDraft:
    return EventDraft(actor=writer, kind=EventKind.RUN_STARTED, payload={}, step_key=step_key)


async def test_writers_that_know_nothing_of_each_other_keep_one_chain(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    writers = [PostgresJournal(engine, clock) for _ in range(4)]

    ends = await asyncio.gather(
        *(log.append(incident, draft(f"step-{n}")) for n in range(25) for log in writers)
    )

    [result] = await audit.verify_all(engine, "default")
    assert result == audit.Audit(incident_id=incident, events=25, broken=None)
    assert len({event.hash for event in ends}) == 25


@pytest.mark.parametrize("step", ["mine", "the same"])
async def test_who_sees_the_log_before_another_writes_to_it_writes_after_that_one(
    step: str, engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock)
    await log.append(incident, draft("first"))

    async with engine.begin() as other:
        await journal.lock_incident(other, incident)
        waiting = asyncio.create_task(log.append(incident, draft(step)))
        await _somebody_waits(engine)
        [before] = await journal.append(
            other, incident, [draft("the same", "other")], now=clock.now()
        )

    event = await waiting
    assert event.seq == (before.seq if step == "the same" else before.seq + 1)
    [result] = await audit.verify_all(engine, "default")
    assert result.broken is None


async def test_a_run_that_ends_while_it_writes_writes_nothing(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident
) -> None:
    incident = await make_incident()
    log = PostgresJournal(engine, clock).of_run(1)

    async with engine.begin() as other:
        await journal.lock_incident(other, incident)
        waiting = asyncio.create_task(log.append(incident, draft("late")))
        await _somebody_waits(engine)
        await other.execute(sa.update(incidents).values(run=2))

    with pytest.raises(OutdatedRunError):
        await waiting
    async with engine.connect() as connection:
        assert await journal.read(connection, incident) == []


async def test_a_write_does_not_begin_where_the_incident_ends_meanwhile(
    engine: AsyncEngine, clock: ports.Clock, make_incident: MakeIncident, tmp_path: Path
) -> None:
    id_ = await make_incident(status="executing")
    incidents_ = PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)
    began = EventDraft(
        actor="worker", kind=EventKind.ACTION_STARTED, payload={}, step_key="started:a1"
    )

    async with engine.begin() as other:
        await journal.lock_incident(other, id_)
        waiting = asyncio.create_task(incidents_.start_action(id_, began))
        await _somebody_waits(engine)
        await transitions.move(
            other,
            id_,
            IncidentStatus.ESCALATED,
            reason="a person does it",
            step_key="escalated",
            now=clock.now(),
        )

    assert await waiting == "the incident has ended: escalated"
    kinds = [event.kind for event in await incidents_.events(id_)]
    assert EventKind.ACTION_STARTED not in kinds


async def _somebody_waits(engine: AsyncEngine) -> None:
    """Return once a statement waits for a lock that another transaction holds."""
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with asyncio.timeout(20), alone.connect() as connection:
        while not (await connection.execute(WAITING)).scalar_one():  # noqa: ASYNC110 - it is theirs
            await asyncio.sleep(0.01)
