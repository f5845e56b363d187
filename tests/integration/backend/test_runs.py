"""An incident that goes on in a new run: what the old one still wants is refused."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.incidents import PostgresIncidents
from backend.db.journal import OutdatedRunError, PostgresJournal
from backend.db.runs import Beginning, ServiceTakenError, begin_run
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan

MakeIncident = Callable[..., Awaitable[IncidentId]]
ANEW = Beginning(kind=EventKind.REOPENED, actor="intake", reason="it fires again")


@pytest.fixture
def incidents(engine: AsyncEngine, clock: Any, tmp_path: Path) -> PostgresIncidents:
    return PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)


async def again(engine: AsyncEngine, id_: IncidentId, clock: Any) -> int:
    async with engine.begin() as connection:
        return await begin_run(connection, id_, ANEW, now=clock.now())


async def test_an_ended_incident_goes_on_in_a_new_run(
    engine: AsyncEngine, clock: Any, incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    first = incidents.of_run(1)
    await first.set_status(id_, IncidentStatus.RESOLVED, reason="r", step_key="status:resolved")

    run = await again(engine, id_, clock)

    incident = await incidents.load(id_)
    assert (run, incident.run, incident.status) == (2, 2, IncidentStatus.RECEIVED)
    async with engine.connect() as connection:
        jobs = await connection.execute(sa.text("SELECT args FROM procrastinate_jobs"))
        assert [row.args for row in jobs] == [{"incident_id": id_}]


async def test_a_second_run_ends_and_escalates_by_steps_of_its_own(
    engine: AsyncEngine, clock: Any, incidents: PostgresIncidents, make_incident: MakeIncident
) -> None:
    id_ = await make_incident()
    await incidents.of_run(1).escalate(id_, reason="first", step_key="escalated")
    run = await again(engine, id_, clock)

    for _ in range(2):
        await incidents.of_run(run).escalate(id_, reason="second", step_key="escalated")

    said = [e.payload["reason"] for e in await incidents.events(id_) if e.kind == "escalated"]
    assert said == ["first", "second"]
    assert (await incidents.load(id_)).status is IncidentStatus.ESCALATED


async def test_an_outdated_run_changes_nothing(
    engine: AsyncEngine,
    clock: Any,
    incidents: PostgresIncidents,
    make_incident: MakeIncident,
    plan: Plan,
) -> None:
    id_ = await make_incident()
    old, journal = incidents.of_run(1), PostgresJournal(engine, clock).of_run(1)
    await again(engine, id_, clock)
    before = await incidents.events(id_)
    draft = EventDraft(actor="t", kind=EventKind.ACTION_STARTED, payload={}, step_key="s")

    for wanted in (
        old.set_status(id_, IncidentStatus.EXECUTING, reason="", step_key="s"),
        old.claim_target(id_, ObjectRef.deployment("prod", "web")),
        old.request_approval(id_, plan, ()),
        old.escalate(id_, reason="", step_key="s"),
        old.publish_report(id_, "report"),
        journal.append(id_, draft),
    ):
        with pytest.raises(OutdatedRunError, match="in run 2, not in run 1"):
            await wanted

    assert await incidents.events(id_) == before
    assert (await incidents.load(id_)).status is IncidentStatus.RECEIVED


async def test_a_new_run_closes_the_open_request_and_frees_the_claims(
    engine: AsyncEngine,
    clock: Any,
    incidents: PostgresIncidents,
    make_incident: MakeIncident,
    plan: Plan,
) -> None:
    id_, other = await make_incident(), await make_incident("inc-2", "api")
    target = ObjectRef.deployment("prod", "web")
    await incidents.claim_target(id_, target)
    approval = await incidents.request_approval(id_, plan, ())

    await again(engine, id_, clock)

    decision = await incidents.decision(approval.id)
    assert decision is not None
    assert decision.reason == "the incident is investigated anew: it fires again"
    assert await incidents.claim_target(other, target) == other


async def test_an_incident_is_not_reopened_beside_a_newer_one_of_its_service(
    engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> None:
    old = await make_incident(status="resolved")
    await make_incident("inc-2")

    with pytest.raises(ServiceTakenError, match="inc-2"):
        await again(engine, old, clock)


async def test_what_waited_for_people_is_closed_by_whoever_began_the_new_run_and_says_why(
    engine: AsyncEngine,
    clock: Any,
    incidents: PostgresIncidents,
    make_incident: MakeIncident,
    plan: Plan,
) -> None:
    id_ = await make_incident()
    approval = await incidents.request_approval(id_, plan, ())
    begins = Beginning(kind=EventKind.REINVESTIGATED, actor="ben", reason="the database moved")

    async with engine.begin() as connection:
        await begin_run(connection, id_, begins, now=clock.now())

    decision = await incidents.decision(approval.id)
    [event] = [e for e in await incidents.events(id_) if e.kind is EventKind.APPROVAL_DECIDED]
    assert decision is not None
    assert (decision.verdict, decision.actor, decision.channel) == ("expired", "ben", "steering")
    assert "the database moved" in decision.reason
    assert (event.actor, event.payload["reason"]) == ("ben", decision.reason)
