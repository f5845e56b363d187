"""The graph on a real database, steered while it runs: by the doors that people use."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from backend.actors import Actor, Role
from backend.db import approvals, audit, steering, steering_course
from backend.db.incidents import PostgresIncidents
from backend.db.journal import PostgresJournal
from backend.db.steering import Step
from backend.db.tables.incidents import alerts, incidents
from backend.jobs.runner import Runner
from backend.signer import keys
from backend.signer.app import create_app
from backend.signer.client import SignerClient
from backend.signer.mint import Mint
from sre_agent.config import loader
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.steering import Hint
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import build
from sre_agent.graph.context import Limits, RunContext
from sre_agent.planning.settings import PlanningSettings
from sre_agent.testing import FakeToolbox, views
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world import World
from sre_agent.testing.world_clock import WorldClock

ANN = Actor(name="ann", role=Role.APPROVER, org_id="default")
SECRET = SecretStr("a secret of the tests")
DRY_RUN = {
    "state_sha256": "5" * 64,
    "result_sha256": "7" * 64,
    "uid": "uid-1",
    "changes": ["image: v2 -> v1"],
}


@dataclass
class Case:
    """A bad release, an incident of it, and a runner that works on it."""

    engine: AsyncEngine
    clock: WorldClock
    world: World
    toolbox: FakeToolbox
    runner: Runner
    incident: Incident

    async def go(self) -> IncidentStatus:
        await self.runner.advance(self.incident.id, attempt=0)
        return (await self.load()).status

    async def load(self) -> Incident:
        return await self.runner.context.incidents.load(self.incident.id)

    async def steer(self, act: Callable[[Step], Any]) -> Event:
        async with self.engine.begin() as connection:
            step = await steering.begin(
                connection, self.incident.id, ANN, channel="test", now=self.clock.now()
            )
            event: Event = await act(step)
            return event

    async def approve(self) -> None:
        async with self.engine.connect() as connection:
            query = sa.text("SELECT id FROM approvals WHERE status = 'open'")
            id_ = (await connection.execute(query)).scalar_one()
        answer = approvals.Answer(id_, Verdict.APPROVED, ANN, "test")
        await approvals.decide(self.engine, answer, now=self.clock.now())

    async def events(self, kind: EventKind) -> list[Event]:
        found = await self.runner.context.incidents.events(self.incident.id)
        return [event for event in found if event.kind is kind]

    def writes(self) -> int:
        return [asked.mode for asked in self.toolbox.asked].count("write")


def _rollback(world: World, toolbox: FakeToolbox) -> Callable[[ToolCall], ToolResult]:
    def reply(_call: ToolCall) -> ToolResult:
        if toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        world.release("core", ago_s=0)
        return ok({"outcome": "applied", "detail": "rolled back"}, observed_at=world.now)

    return reply


@pytest.fixture
async def case(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Case]:
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    async with _case(engine, tmp_path, world, "core") as made:
        yield made


@asynccontextmanager
async def _case(
    engine: AsyncEngine, tmp_path: Path, world: World, *roles: str
) -> AsyncIterator[Case]:
    """Yield the case of one incident that has an alert of each role, the first one's its own."""
    clock, toolbox = WorldClock(world), views.toolbox(world)
    toolbox.on("kubernetes", "rollback_rollout", _rollback(world, toolbox))
    toolbox.on("prometheus", "list_alerts", lambda _call: ok({"alerts": []}, observed_at=world.now))
    incident = await _store(engine, _joined(world, roles))
    allow_list = loader.load_allow_list()
    mint = Mint(
        engine=engine,
        clock=clock,
        key=keys.generate(tmp_path / "key.pem"),
        policy=loader.load_rules(),
        ttl_s=300,
    )
    transport = httpx.ASGITransport(app=create_app(mint, SECRET))
    async with httpx.AsyncClient(transport=transport) as http:
        context = RunContext(
            clock=clock,
            journal=PostgresJournal(engine, clock),
            incidents=PostgresIncidents(engine, clock, approval_ttl_s=900, incidents_dir=tmp_path),
            toolbox=toolbox,
            signer=SignerClient(http, "http://signer/", SECRET),
            allowlist=allow_list,
            policy=loader.load_policy(allow_list),
            playbooks=loader.load_playbooks(),
            planning=PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=120),
            limits=Limits(sample_interval_s=5),
        )
        runner = Runner(graph=build.build(InMemorySaver()), context=context)
        yield Case(engine, clock, world, toolbox, runner, incident)


def _joined(world: World, roles: Sequence[str]) -> Incident:
    alerts_ = [
        world.incident(role).alerts[0].model_copy(update={"fingerprint": f"print-{role}"})
        for role in roles
    ]
    return world.incident(roles[0]).model_copy(update={"alerts": tuple(alerts_)})


async def _store(engine: AsyncEngine, incident: Incident) -> Incident:
    made = incident.model_copy(
        update={"org_id": "default", "cluster_id": "default", "status": IncidentStatus.RECEIVED}
    )
    row = made.model_dump(exclude={"alerts", "alerts_left_out"}) | {"last_at": made.opened_at}
    async with engine.begin() as connection:
        await connection.execute(sa.insert(incidents).values(row))
        for alert in made.alerts:
            heard = {"received_at": made.opened_at, "last_received_at": made.opened_at}
            tenant = {"org_id": "default", "cluster_id": "default", "incident_id": made.id}
            values = alert.model_dump() | heard | tenant
            await connection.execute(sa.insert(alerts).values(values))
    return made


async def test_a_run_goes_from_alert_to_verified_repair(case: Case) -> None:
    assert await case.go() is IncidentStatus.AWAITING_APPROVAL
    await case.approve()

    assert await case.go() is IncidentStatus.RESOLVED
    assert case.writes() == 1


async def test_a_paused_run_waits_through_an_approval_and_goes_on(case: Case) -> None:
    await case.go()
    await case.steer(lambda step: steering.pause(step, "wait"))
    await case.approve()

    held = await case.go()
    written_while_held = case.writes()
    await case.steer(lambda step: steering.resume(step, ""))

    assert (held, written_while_held) == (IncidentStatus.AWAITING_APPROVAL, 0)
    assert await case.go() is IncidentStatus.RESOLVED
    assert case.writes() == 1


async def test_a_run_that_was_held_before_it_began_goes_on(case: Case) -> None:
    await case.steer(lambda step: steering.pause(step, "wait"))
    await case.go()
    asked_while_held = list(case.toolbox.asked)
    await case.steer(lambda step: steering.resume(step, ""))

    assert asked_while_held == []
    assert await case.go() is IncidentStatus.AWAITING_APPROVAL


async def test_a_cancelled_incident_is_closed_with_a_report_and_nothing_is_written(
    case: Case,
) -> None:
    await case.go()
    await case.approve()
    await case.steer(lambda step: steering.cancel(step, "we know better"))

    assert await case.go() is IncidentStatus.CLOSED
    assert await case.go() is IncidentStatus.CLOSED

    assert case.writes() == 0
    assert len(await case.events(EventKind.REPORT_WRITTEN)) == 1
    async with case.engine.connect() as connection:
        markdown = (await connection.execute(sa.text("SELECT markdown FROM reports"))).scalar_one()
        assert "Cancelled by ann: we know better" in markdown
        assert (await audit.verify_incident(connection, case.incident.id)).broken is None


async def test_an_incident_is_investigated_anew_and_repaired_once(case: Case) -> None:
    await case.go()
    await case.clock.sleep(1)
    hint = Hint(text="I doubt it", object=case.world.ref("pay"), specialist="metrics")
    await case.steer(lambda step: steering_course.reinvestigate(step, hint))

    assert await case.go() is IncidentStatus.AWAITING_APPROVAL
    await case.approve()
    assert await case.go() is IncidentStatus.RESOLVED

    assert case.writes() == 1
    first, second = await case.events(EventKind.PLAN_PROPOSED)
    assert first.payload["plan_sha256"] != second.payload["plan_sha256"]
    chosen = (await case.events(EventKind.SPECIALISTS_SELECTED))[-1].payload
    assert chosen["selected"][0]["specialist"] == "metrics"
    assert chosen["hint"]["text"] == "I doubt it"
    assert len(await case.events(EventKind.REPORT_WRITTEN)) == 1


async def test_an_incident_that_ended_gets_a_new_end_and_a_new_report(case: Case) -> None:
    await case.go()
    await case.approve()
    await case.go()
    case.world.release("core", ago_s=0, error_ratio=0.4)
    await case.clock.sleep(60)
    await case.steer(lambda step: steering_course.reinvestigate(step, Hint()))

    assert await case.go() is IncidentStatus.AWAITING_APPROVAL
    await case.approve()

    assert await case.go() is IncidentStatus.RESOLVED
    assert case.writes() == 2
    assert len(await case.events(EventKind.REPORT_WRITTEN)) == 2


async def test_a_dismissed_cause_is_not_acted_on(case: Case) -> None:
    await case.go()
    [proposed] = await case.events(EventKind.PLAN_PROPOSED)
    plan = proposed.payload["plan"]
    dismissal = Dismissal(
        object=plan["cause_object"], fault_class=plan["fault_class"], reason="it is fine"
    )
    await case.steer(lambda step: steering_course.dismiss(step, dismissal))

    assert await case.go() is IncidentStatus.ESCALATED
    assert case.writes() == 0
    async with case.engine.connect() as connection:
        markdown = (await connection.execute(sa.text("SELECT markdown FROM reports"))).scalar_one()
        assert "dismissed by ann: it is fine" in markdown


async def test_two_failures_in_one_incident_become_two_each_with_its_own_plan(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    world = World(7)
    world.release("stock", ago_s=75, error_ratio=0.5)
    world.release("store", ago_s=70, error_ratio=0.5)
    async with _case(engine, tmp_path, world, "stock", "store") as case:
        status = await case.go()
        [split] = await case.events(EventKind.SPLIT)
        other = replace(
            case, incident=await case.runner.context.incidents.load(split.payload["into"])
        )

        assert (status, await other.go()) == (IncidentStatus.AWAITING_APPROVAL,) * 2
        planned = {
            (await each.events(EventKind.PLAN_PROPOSED))[-1].payload["plan"]["cause_object"]["name"]
            for each in (case, other)
        }
        assert planned == {world.services["stock"].name, world.services["store"].name}
        assert len((await case.load()).alerts) == len((await other.load()).alerts) == 1


async def test_a_write_whose_worker_died_is_settled_before_a_cancelled_incident_ends(
    case: Case,
) -> None:
    await case.go()
    await case.approve()

    def dies(_call: ToolCall) -> ToolResult:
        raise ConnectionError

    case.toolbox.on("kubernetes", "rollback_rollout", dies)
    with pytest.raises(TransientError):
        await case.go()
    await case.steer(lambda step: steering.cancel(step, "stop"))
    asked_before = case.writes()

    status = await case.go()

    assert status is IncidentStatus.ESCALATED
    assert case.writes() == asked_before
    [finished] = await case.events(EventKind.ACTION_FINISHED)
    assert finished.payload["outcome"] == "unknown"
    [escalated] = await case.events(EventKind.ESCALATED)
    assert "it is unknown whether" in escalated.payload["reason"]


class PausingJournal(PostgresJournal):
    """A journal at whose side someone pauses the incident as soon as specialists are selected."""

    case: Case

    @override
    def of_run(self, run: int) -> "PausingJournal":
        self._run = run
        return self

    @override
    async def append(self, incident_id: IncidentId, draft: EventDraft) -> Event:
        event = await super().append(incident_id, draft)
        if draft.kind is EventKind.SPECIALISTS_SELECTED:
            await self.case.steer(lambda step: steering.pause(step, "wait"))
        return event


async def test_specialists_that_are_held_side_by_side_all_go_on(case: Case) -> None:
    journal = PausingJournal(case.engine, case.clock)
    journal.case = case
    context = replace(case.runner.context, journal=journal)
    case.runner = replace(case.runner, context=context)

    await case.go()
    asked_while_held = list(case.toolbox.asked)
    await case.steer(lambda step: steering.resume(step, ""))

    assert asked_while_held == []
    assert await case.go() is IncidentStatus.AWAITING_APPROVAL
    sent = (await case.events(EventKind.SPECIALISTS_SELECTED))[0].payload["selected"]
    ended = {
        event.payload["specialist"]
        for kind in (EventKind.SPECIALIST_FINISHED, EventKind.SPECIALIST_FAILED)
        for event in await case.events(kind)
    }
    assert len(sent) > 1
    assert {item["specialist"] for item in sent} <= ended
