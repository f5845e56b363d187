"""What changed after it was shown voids the request: for the door, for the log and for the signer."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import approvals, relooks
from backend.db.incidents import PostgresIncidents
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, Verdict

ID = IncidentId("inc-1")
ASKED = (PolicyRuling(action_id=ActionId("act-1"), ruling=Ruling.ASK, rule="r", reason="r"),)
ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")
WHY = "Deployment/prod/web changed after the plan was shown"


@pytest.fixture
def incidents(engine: AsyncEngine, clock: Any, tmp_path: Path) -> PostgresIncidents:
    return PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)


@pytest.fixture
async def waiting(
    incidents: PostgresIncidents, make_incident: Callable[..., Awaitable[IncidentId]], plan: Plan
) -> ports.Approval:
    return await incidents.request_approval(await make_incident(), plan, ASKED)


def yes(waiting: ports.Approval, **changes: Any) -> approvals.Answer:
    return approvals.Answer(waiting.id, Verdict.APPROVED, ANN, "test", **changes)


async def test_who_answers_what_was_voided_is_told_to_look_again(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    await incidents.void_approval(ID, waiting.id, reason=WHY)

    with pytest.raises(approvals.ApprovalClosedError, match=r"look again \(Deployment/prod/web"):
        await approvals.decide(engine, yes(waiting), now=clock.now())


async def test_who_saw_the_voided_plan_does_not_approve_the_one_in_its_place(
    incidents: PostgresIncidents,
    waiting: ports.Approval,
    plan: Plan,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    await incidents.void_approval(ID, waiting.id, reason=WHY)
    clock.time += timedelta(seconds=1)
    anew = plan.model_copy(update={"summary": "the same, on what is there now"})
    second = await incidents.request_approval(ID, anew, ASKED)

    late = yes(second, plan_sha256=plan.sha256)
    with pytest.raises(approvals.PlanChangedError, match="changed after you looked: look again"):
        await approvals.decide(engine, late, now=clock.now())

    assert await incidents.decision(second.id) is None


async def test_an_approval_that_was_given_can_be_voided_once_and_stays_on_record(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    await approvals.decide(engine, yes(waiting), now=clock.now())

    first = await incidents.void_approval(ID, waiting.id, reason=WHY)
    again = await incidents.void_approval(ID, waiting.id, reason="another")

    assert (first.verdict, again) == (Verdict.VOIDED, first)
    kinds = [event.kind for event in await incidents.events(ID)][-2:]
    assert kinds == [EventKind.APPROVAL_DECIDED, EventKind.APPROVAL_VOIDED]


async def test_a_no_is_not_voided(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    no = approvals.Answer(waiting.id, Verdict.REJECTED, ANN, "test", reason="r")
    rejected = await approvals.decide(engine, no, now=clock.now())

    assert await incidents.void_approval(ID, waiting.id, reason=WHY) == rejected


async def test_a_run_that_waits_is_woken_to_look_again_at_an_interval(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    await incidents.set_status(ID, IncidentStatus.AWAITING_APPROVAL, reason="", step_key="waits")

    woken = [await relooks.wake_due(engine, now=clock.now())]
    clock.time += timedelta(seconds=relooks.RELOOK_EVERY_S)
    woken += [await relooks.wake_due(engine, now=clock.now()) for _ in range(2)]
    await incidents.void_approval(ID, waiting.id, reason=WHY)
    clock.time += timedelta(seconds=relooks.RELOOK_EVERY_S)
    woken.append(await relooks.wake_due(engine, now=clock.now()))

    assert woken == [[], [waiting.id], [], []]
    async with engine.connect() as connection:
        jobs = await connection.execute(sa.text("SELECT args FROM procrastinate_jobs"))
    assert jobs.scalars().all() == [{"incident_id": ID, "approval_id": waiting.id}]
