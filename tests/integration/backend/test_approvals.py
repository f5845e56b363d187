"""The one door for decisions, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import approvals
from backend.db.incidents import PostgresIncidents
from sre_agent import ports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling, Verdict

SECOND = timedelta(seconds=1)
MakeIncident = Callable[..., Awaitable[IncidentId]]
ASKED = (
    PolicyRuling(action_id=ActionId("act-1"), ruling=Ruling.ASK, rule="writes-ask", reason="r"),
)
ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")


@pytest.fixture
def incidents(engine: AsyncEngine, clock: Any, tmp_path: Path) -> PostgresIncidents:
    return PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path)


@pytest.fixture
async def waiting(
    incidents: PostgresIncidents, make_incident: MakeIncident, plan: Plan
) -> ports.Approval:
    return await incidents.request_approval(await make_incident(), plan, ASKED)


def answer(waiting: ports.Approval, verdict: Verdict = Verdict.APPROVED, **changes: Any) -> Any:
    fields = {"actor": ANN, "channel": "test", "reason": "looks right", **changes}
    return approvals.Answer(approval_id=waiting.id, verdict=verdict, **fields)


async def jobs(engine: AsyncEngine) -> list[tuple[Any, ...]]:
    query = sa.text("SELECT task_name, args, lock FROM procrastinate_jobs ORDER BY id")
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_the_same_plan_is_one_request_and_one_message(
    incidents: PostgresIncidents, waiting: ports.Approval, plan: Plan, engine: AsyncEngine
) -> None:
    again = await incidents.request_approval(IncidentId("inc-1"), plan, ASKED)

    assert again == waiting
    async with engine.connect() as connection:
        kinds = (await connection.execute(sa.text("SELECT kind FROM outbox"))).scalars().all()
    assert kinds == ["approval_waiting"]
    [event] = await incidents.events(IncidentId("inc-1"))
    assert event.kind is EventKind.APPROVAL_REQUESTED
    assert event.payload["plan_sha256"] == plan.sha256
    assert Plan.model_validate(event.payload["plan"]) == plan


async def test_another_plan_takes_the_place_of_the_one_that_waits(
    incidents: PostgresIncidents, waiting: ports.Approval, plan: Plan, engine: AsyncEngine
) -> None:
    other = plan.model_copy(update={"summary": "Something else"})

    second = await incidents.request_approval(IncidentId("inc-1"), other, ASKED)

    first = await incidents.decision(waiting.id)
    assert first is not None
    assert first.verdict is Verdict.EXPIRED
    assert await incidents.decision(second.id) is None
    assert await jobs(engine) == []


async def test_a_decision_is_recorded_and_lets_the_incident_go_on(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    before = await incidents.decision(waiting.id)

    decision = await approvals.decide(engine, answer(waiting), now=clock.now())

    assert before is None
    assert await incidents.decision(waiting.id) == decision
    assert (decision.verdict, decision.actor, decision.channel) == ("approved", "ann", "test")
    event = (await incidents.events(IncidentId("inc-1")))[-1]
    assert (event.kind, event.actor) == (EventKind.APPROVAL_DECIDED, "ann")
    assert await jobs(engine) == [
        (
            "sre_agent.resume",
            {"incident_id": "inc-1", "approval_id": waiting.id},
            "service:default/default/prod/web",
        )
    ]


async def test_of_many_decisions_at_once_one_wins(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    verdicts = [Verdict.APPROVED, Verdict.REJECTED] * 10

    outcomes = await asyncio.gather(
        *(approvals.decide(engine, answer(waiting, v), now=clock.now()) for v in verdicts),
        return_exceptions=True,
    )

    won = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    lost = [o for o in outcomes if isinstance(o, approvals.ApprovalClosedError)]
    assert (len(won), len(lost)) == (1, 19)
    assert {error.decision for error in lost} == set(won)
    kinds = [event.kind for event in await incidents.events(IncidentId("inc-1"))]
    assert kinds.count(EventKind.APPROVAL_DECIDED) == 1
    assert len(await jobs(engine)) == 1


async def test_a_late_decision_is_refused_and_the_expiry_recorded(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    await clock.sleep(900)

    with pytest.raises(approvals.ApprovalClosedError) as refusal:
        await approvals.decide(engine, answer(waiting), now=clock.now())

    assert refusal.value.decision.verdict is Verdict.EXPIRED
    assert await incidents.decision(waiting.id) == refusal.value.decision
    assert len(await jobs(engine)) == 1


async def test_what_nobody_decides_expires_by_itself_and_once(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    await clock.sleep(899)
    early = await approvals.expire_due(engine, now=clock.now())
    await clock.sleep(1)

    closed = await asyncio.gather(
        *(approvals.expire_due(engine, now=clock.now()) for _ in range(3))
    )

    assert early == []
    [decision] = [decision for decisions in closed for decision in decisions]
    assert (decision.approval_id, decision.verdict) == (waiting.id, Verdict.EXPIRED)
    assert len(await jobs(engine)) == 1


async def test_a_decision_on_another_plan_is_refused(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    with pytest.raises(approvals.PlanChangedError):
        await approvals.decide(engine, answer(waiting, plan_sha256="0" * 64), now=clock.now())

    assert await incidents.decision(waiting.id) is None


@pytest.mark.parametrize("verdict", [Verdict.APPROVED, Verdict.REJECTED])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
async def test_the_door_itself_refuses_who_may_not_decide(
    role: Role,
    verdict: Verdict,
    incidents: PostgresIncidents,
    waiting: ports.Approval,
    engine: AsyncEngine,
    clock: Any,
) -> None:
    bob = Actor(name="bob", role=role, org_id="default")

    with pytest.raises(approvals.NotAnApproverError):
        await approvals.decide(engine, answer(waiting, verdict, actor=bob), now=clock.now())

    assert await incidents.decision(waiting.id) is None


async def test_an_approver_of_another_organization_finds_nothing(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    eve = Actor(name="eve", role=Role.ADMIN, org_id="other")

    with pytest.raises(approvals.ApprovalNotFoundError):
        await approvals.decide(engine, answer(waiting, actor=eve), now=clock.now())

    assert await incidents.decision(waiting.id) is None


@pytest.mark.usefixtures("own_database")
async def test_a_decision_that_cannot_be_logged_is_not_taken(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine, clock: Any
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("ALTER TABLE events ADD CONSTRAINT no CHECK (kind <> 'approval_decided')")
        )

    with pytest.raises(sa.exc.IntegrityError):
        await approvals.decide(engine, answer(waiting), now=clock.now())

    assert await incidents.decision(waiting.id) is None
    assert await jobs(engine) == []


async def test_an_incident_that_ends_takes_its_request_with_it(
    incidents: PostgresIncidents, waiting: ports.Approval, engine: AsyncEngine
) -> None:
    await incidents.escalate(IncidentId("inc-1"), reason="r", step_key="escalated")

    with pytest.raises(approvals.ApprovalClosedError) as refusal:
        await approvals.decide(engine, answer(waiting), now=waiting.expires_at - SECOND)

    assert refusal.value.decision.verdict is Verdict.EXPIRED
    assert refusal.value.decision.reason == "the incident ended"
    assert await jobs(engine) == []
    log = await incidents.events(IncidentId("inc-1"))
    assert [e.kind for e in log].count(EventKind.APPROVAL_DECIDED) == 1


async def test_a_request_left_open_by_an_incident_that_ended_is_not_granted(
    waiting: ports.Approval, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        ended = "UPDATE incidents SET status = 'escalated', ended_at = now()"
        await connection.execute(sa.text(ended))

    with pytest.raises(approvals.ApprovalClosedError, match="expired"):
        await approvals.decide(engine, answer(waiting), now=waiting.expires_at - SECOND)

    assert await jobs(engine) == []
