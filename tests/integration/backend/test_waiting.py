"""Who waits for a worker: the urgent first, nobody for ever, and no more at once than allowed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import procrastinate
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import waiting_line
from backend.db.admission import AdmissionDesk, Arrival, Tenant
from backend.db.incidents import PostgresIncidents
from backend.db.queue import QUEUE
from backend.jobs import queue, waiting
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

PLACES = 3
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = waiting.Patience(ttl_s=600, ageing_s=60)


class Runs:
    """Ends what it is told to end."""

    def __init__(self, incidents: PostgresIncidents) -> None:
        self.incidents = incidents

    async def abandon(self, incident_id: IncidentId, reason: str) -> None:
        await self.incidents.escalate(incident_id, reason=reason, step_key="escalated")


class Office:
    """Alerts that come in, and workers that ask for a job."""

    def __init__(self, engine: AsyncEngine, clock: Any, app: procrastinate.App) -> None:
        self.engine = engine
        self.clock = clock
        self.app = app

    async def alert(self, service: str, severity: Severity, **labels: str) -> IncidentId:
        alert = Alert(
            source="alertmanager",
            fingerprint=f"of-{service}-{severity}",
            status=AlertStatus.FIRING,
            name="HighErrorRate",
            severity=severity,
            labels={"alertname": "HighErrorRate", "namespace": "prod", **labels},
            annotations={},
            starts_at=self.clock.time,
            ends_at=None,
            generator_url="",
            group_key="g",
        )
        async with AdmissionDesk(self.engine, self.clock, Tenant("default", "default")) as desk:
            [receipt] = await desk.submit([Arrival(alert, service)])
        assert receipt.incident_id is not None
        return receipt.incident_id

    async def fetch(self) -> procrastinate.jobs.Job | None:
        worker_id = await self.app.job_manager.register_worker()
        return await self.app.job_manager.fetch_job([QUEUE], worker_id)

    async def order(self) -> list[IncidentId]:
        """Return the incidents in the order in which free workers get them."""
        found = []
        while (job := await self.fetch()) is not None:
            found.append(IncidentId(str(job.task_kwargs["incident_id"])))
            await self.finish(job)
        return found

    async def finish(self, job: procrastinate.jobs.Job) -> None:
        done = procrastinate.jobs.Status.SUCCEEDED
        await self.app.job_manager.finish_job(job, done, delete_job=True)

    async def age(self) -> None:
        await waiting.age(self.engine, PATIENCE, now=self.clock.time)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[procrastinate.App]:
    app = queue.create(database_url, places=PLACES)
    async with app.open_async():
        yield app


@pytest.fixture
def office(engine: AsyncEngine, clock: Any, app: procrastinate.App) -> Office:
    return Office(engine, clock, app)


@pytest.fixture
def runs(engine: AsyncEngine, clock: Any, tmp_path: Path) -> Runs:
    return Runs(PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path))


async def test_the_urgent_is_served_first_and_a_label_overrules_the_severity(
    office: Office,
) -> None:
    info = await office.alert("a", Severity.INFO)
    labelled_down = await office.alert("b", Severity.CRITICAL, priority="P4")
    warning = await office.alert("c", Severity.WARNING)
    critical = await office.alert("d", Severity.CRITICAL)
    labelled_up = await office.alert("e", Severity.INFO, priority="p1")

    assert await office.order() == [critical, labelled_up, warning, info, labelled_down]


async def test_an_alert_that_joins_makes_its_incident_more_urgent(office: Office) -> None:
    first = await office.alert("a", Severity.WARNING)
    second = await office.alert("b", Severity.INFO)
    assert await office.alert("b", Severity.CRITICAL) == second

    await office.age()

    assert await office.order() == [second, first]


async def test_what_waits_long_enough_overtakes_what_is_more_urgent(office: Office) -> None:
    patient = await office.alert("a", Severity.INFO)
    office.clock.time += timedelta(seconds=119)
    await office.age()
    urgent = await office.alert("b", Severity.CRITICAL)
    job = await office.fetch()
    assert job is not None
    assert job.task_kwargs["incident_id"] == urgent
    await office.finish(job)
    office.clock.time += timedelta(seconds=1)
    await office.age()
    later = await office.alert("c", Severity.CRITICAL)

    assert await office.order() == [patient, later]


async def test_no_more_runs_go_on_than_there_are_places_whoever_asks(office: Office) -> None:
    for number in range(8):
        await office.alert(f"s{number}", Severity.WARNING)

    jobs = await asyncio.gather(*(office.fetch() for _ in range(8)))

    taken = [job for job in jobs if job is not None]
    assert len(taken) == PLACES
    assert len({job.id for job in taken}) == PLACES
    await office.finish(taken[0])
    assert [await office.fetch() is None for _ in range(2)] == [False, True]


async def test_of_a_service_one_run_goes_on_at_a_time(
    office: Office, runs: Runs, engine: AsyncEngine
) -> None:
    first = await office.alert("a", Severity.WARNING)
    running = await office.fetch()
    await runs.incidents.set_status(first, IncidentStatus.CLOSED, reason="", step_key="closed")
    async with engine.begin() as connection:  # so long ago that nothing is reopened
        await connection.execute(
            sa.text("UPDATE incidents SET ended_at = ended_at - interval '1 day'")
        )
    office.clock.time += timedelta(seconds=1)
    second = await office.alert("a", Severity.CRITICAL)

    waits = await office.fetch()

    assert second != first
    assert waits is None
    assert running is not None
    await office.finish(running)
    assert await office.order() == [second]


async def test_what_waited_too_long_is_escalated_and_nothing_else(
    office: Office, runs: Runs, engine: AsyncEngine
) -> None:
    taken = await office.alert("taken", Severity.CRITICAL)
    assert await office.fetch() is not None
    overdue = await office.alert("overdue", Severity.CRITICAL)
    office.clock.time += timedelta(seconds=1)
    in_time = await office.alert("in-time", Severity.CRITICAL)
    office.clock.time += timedelta(seconds=599)

    ended = await waiting.end_overdue(office.app, engine, runs, PATIENCE, now=office.clock.time)

    assert ended == [overdue]
    loaded = {id_: await runs.incidents.load(id_) for id_ in (taken, overdue, in_time)}
    assert loaded[overdue].status is IncidentStatus.ESCALATED
    assert loaded[taken].status.is_open
    assert loaded[in_time].status.is_open
    [event] = [e for e in await runs.incidents.events(overdue) if e.kind is EventKind.ESCALATED]
    assert "600 s" in event.payload["reason"]
    async with engine.connect() as connection:
        notices = sa.text("SELECT incident_id, kind FROM outbox")
        assert [tuple(row) for row in await connection.execute(notices)] == [(overdue, "escalated")]


async def test_an_overdue_incident_that_a_worker_takes_at_that_moment_is_left_to_it(
    office: Office, runs: Runs, engine: AsyncEngine
) -> None:
    id_ = await office.alert("a", Severity.CRITICAL)
    office.clock.time += timedelta(seconds=601)

    job, ended = await asyncio.gather(
        office.fetch(),
        waiting.end_overdue(office.app, engine, runs, PATIENCE, now=office.clock.time),
    )

    assert (job is not None) != (ended == [id_])


async def test_the_line_shows_who_waits_for_what(office: Office, engine: AsyncEngine) -> None:
    running = [await office.alert(f"s{number}", Severity.CRITICAL) for number in range(PLACES)]
    for _ in running:
        assert await office.fetch() is not None
    second = await office.alert("low", Severity.INFO)
    first = await office.alert("high", Severity.CRITICAL)
    office.clock.time += timedelta(seconds=60)
    await office.age()

    async with engine.connect() as connection:
        line = await waiting_line.look(
            connection, "default", places=PLACES, limit=10, now=office.clock.time
        )
        strangers = await waiting_line.look(
            connection, "other", places=PLACES, limit=10, now=office.clock.time
        )

    assert (line.running, line.waiting) == (PLACES, 2)
    assert [(item.incident_id, item.priority.name, item.counts_as.name) for item in line.first] == [
        (first, "P1", "P1"),
        (second, "P3", "P2"),
    ]
    assert {item.why for item in line.first} == {"3 of 3 places are taken (MAX_CONCURRENT_ALERTS)"}
    assert strangers.first == []


@pytest.mark.parametrize(
    ("row", "running", "why"),
    [
        ({}, 0, "it is next: no worker has taken it yet"),
        ({}, 3, "3 of 3 places are taken (MAX_CONCURRENT_ALERTS)"),
        ({"is_locked": True}, 1, "another run of web goes on"),
        ({"scheduled_at": NOW + timedelta(seconds=4)}, 0, "the next one is at 12:00:04 UTC"),
        ({"scheduled_at": NOW}, 0, "it is next: no worker has taken it yet"),
    ],
)
def test_what_a_job_waits_for_is_said(row: dict[str, Any], running: int, why: str) -> None:
    fields = {"scheduled_at": None, "is_locked": False, "service": "web", "attempts": 1, **row}

    said = waiting_line.explain(SimpleNamespace(**fields), running=running, places=3, now=NOW)

    assert said.endswith(why)
