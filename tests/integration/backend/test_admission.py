"""Alerts come in: recorded once, one incident per service, work enqueued with them."""

import asyncio
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from admission_scene import TENANT
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, incident_rows, journal
from backend.db.admission import AdmissionDesk, Arrival, Disposition
from sre_agent.domain.alert import AlertStatus, Severity
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId


async def rows(engine: AsyncEngine, query: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query))]


async def kinds(engine: AsyncEngine, incident_id: IncidentId) -> list[EventKind]:
    async with engine.connect() as connection:
        assert (await audit.verify_incident(connection, incident_id)).broken is None
        return [event.kind for event in await journal.read(connection, incident_id)]


async def test_a_new_alert_opens_an_incident_and_enqueues_its_investigation(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    [receipt] = await desk.submit([arrive()])

    assert receipt.disposition is Disposition.OPENED
    assert receipt.incident_id is not None
    assert await kinds(engine, receipt.incident_id) == [
        EventKind.INCIDENT_OPENED,
        EventKind.ALERT_RECEIVED,
    ]
    [job] = await rows(engine, "SELECT task_name, args, lock, status FROM procrastinate_jobs")
    assert job == (
        "sre_agent.investigate",
        {"incident_id": receipt.incident_id},
        "service:default/default/prod/web",
        "todo",
    )


async def test_the_incident_is_loaded_as_it_came(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any, clock: Any
) -> None:
    early = arrive("f2", starts_at=clock.time - timedelta(hours=1), severity=Severity.CRITICAL)

    receipts = await desk.submit([arrive("f1"), early])

    assert receipts[0].incident_id is not None
    async with engine.connect() as connection:
        incident = await incident_rows.load(connection, receipts[0].incident_id)
    assert incident.started_at == early.alert.starts_at
    assert incident.opened_at == clock.time
    assert incident.severity is Severity.CRITICAL
    assert incident.title == "Errors"
    assert incident.alerts == (early.alert, arrive("f1").alert)


async def test_alerts_of_one_service_share_an_incident_and_others_do_not(
    desk: AdmissionDesk, arrive: Any
) -> None:
    first, second = await desk.submit([arrive("f1"), arrive("f2")])
    [third] = await desk.submit([arrive("f3")])
    [other] = await desk.submit([arrive("f4", service="api")])

    assert [r.disposition for r in (first, second, third, other)] == [
        Disposition.OPENED,
        Disposition.JOINED,
        Disposition.JOINED,
        Disposition.OPENED,
    ]
    assert first.incident_id == second.incident_id == third.incident_id != other.incident_id


async def test_a_repeat_is_counted_and_starts_nothing(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    first, again = await desk.submit([arrive(), arrive()])
    [later] = await desk.submit([arrive()])

    assert [again.disposition, later.disposition] == [Disposition.DEDUPLICATED] * 2
    assert later.incident_id == first.incident_id
    assert await rows(engine, "SELECT repeat_count FROM alerts") == [(2,)]
    assert await rows(engine, "SELECT alert_count, firing_count FROM incidents") == [(1, 1)]
    assert await rows(engine, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]


async def test_the_end_of_an_alert_is_recorded_and_never_starts_anything(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any, clock: Any
) -> None:
    over = {"status": AlertStatus.RESOLVED, "ends_at": clock.time}
    [stranger] = await desk.submit([arrive("unknown", **over)])
    [first] = await desk.submit([arrive()])

    [end] = await desk.submit([arrive(**over)])
    [end_again] = await desk.submit([arrive(**over)])

    assert (stranger.disposition, stranger.incident_id) == (Disposition.RESOLVED, None)
    assert (end.disposition, end.incident_id) == (Disposition.RESOLVED, first.incident_id)
    assert end_again.disposition is Disposition.DEDUPLICATED
    assert first.incident_id is not None
    assert (await kinds(engine, first.incident_id))[-1] is EventKind.ALERT_RESOLVED
    assert await rows(engine, "SELECT alert_count, firing_count FROM incidents") == [(1, 0)]
    assert await rows(engine, "SELECT status, ends_at FROM alerts") == [("resolved", clock.time)]


async def test_an_alert_that_fires_again_after_its_incident_ended_opens_a_new_one(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any, clock: Any
) -> None:
    [first] = await desk.submit([arrive()])
    await desk.submit([arrive(status=AlertStatus.RESOLVED, ends_at=clock.time)])
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE incidents SET status = 'closed'"))

    [again] = await desk.submit([arrive()])

    assert again.disposition is Disposition.OPENED
    assert again.incident_id != first.incident_id
    assert await rows(engine, "SELECT incident_id, status, ends_at FROM alerts") == [
        (again.incident_id, "firing", None)
    ]


async def test_heartbeats_leave_no_trace(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any
) -> None:
    heartbeat = arrive()
    heartbeat = Arrival(heartbeat.alert, heartbeat.service, is_actionable=False)

    [receipt] = await desk.submit([heartbeat])

    assert receipt.disposition is Disposition.IGNORED
    assert await rows(engine, "SELECT count(*) FROM alerts") == [(0,)]


async def test_the_same_webhook_from_many_senders_at_once_opens_one_incident(
    engine: AsyncEngine, clock: Any, arrive: Any
) -> None:
    # Two desks stand for two API processes: they share nothing but the database.
    async with (
        AdmissionDesk(engine, clock, TENANT) as one,
        AdmissionDesk(engine, clock, TENANT) as two,
    ):
        answers = await asyncio.gather(
            *(desk.submit([arrive("f1"), arrive("f2")]) for desk in (one, two) * 15)
        )

    found = [receipt.disposition for receipts in answers for receipt in receipts]
    assert sorted(found) == ["deduplicated"] * 58 + ["joined", "opened"]
    assert await rows(engine, "SELECT alert_count FROM incidents") == [(2,)]
    assert await rows(engine, "SELECT sum(repeat_count) FROM alerts") == [(58,)]
    assert await rows(engine, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]


async def test_receipts_match_their_arrivals_when_webhooks_share_a_commit(
    desk: AdmissionDesk, arrive: Any
) -> None:
    answers = await asyncio.gather(
        *(desk.submit([arrive(f"f{n}", service=f"s{n}")] * 2) for n in range(20))
    )

    assert all([r.disposition for r in a] == ["opened", "deduplicated"] for a in answers)
    assert len({receipt.incident_id for answer in answers for receipt in answer}) == 20


async def test_an_alert_joins_while_its_incidents_log_is_being_written(
    engine: AsyncEngine, desk: AdmissionDesk, arrive: Any, clock: Any
) -> None:
    [first] = await desk.submit([arrive("f0")])
    assert first.incident_id is not None
    log = journal.PostgresJournal(engine, clock)
    drafts = [
        EventDraft(actor="t", kind=EventKind.TOOL_CALLED, payload={}, step_key=f"s{n}")
        for n in range(20)
    ]

    await asyncio.gather(
        *(log.append(first.incident_id, draft) for draft in drafts),
        *(desk.submit([arrive(f"f{n}")]) for n in range(1, 21)),
    )

    assert len(await kinds(engine, first.incident_id)) == 2 + 20 + 20
