"""The graph on a real database, steered while it runs: by the doors that people use."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from steered_case import Case, opened
from typing_extensions import override

from backend.db import audit, steering, steering_course
from backend.db.journal import PostgresJournal
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.steering import Hint
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.world import World


@pytest.fixture
async def case(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Case]:
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    async with opened(engine, tmp_path, world, "core") as made:
        yield made


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
    async with opened(engine, tmp_path, world, "stock", "store") as case:
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

    case.toolbox.on_write("kubernetes", "rollback_rollout", dies)
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
