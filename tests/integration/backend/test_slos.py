"""Objectives of services: looked at through the toolbox, stored, alerted on by the door of all alerts."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slo_scenes import ADMIN, CALM, FAST, INTERVAL_S, MONTH_S, TENANT, Scene, counted, objective
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import audit, incident_rows
from backend.db.slos import PostgresObjectives
from sre_agent.domain.errors import TransientError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.slo import BudgetStatus
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import no_data, ok, unreachable


@pytest.fixture
def scene(engine: AsyncEngine, clock: Any) -> Scene:
    return Scene(engine, clock)


async def test_a_calm_service_has_a_budget_and_no_incident(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())

    found = await scene.look(counted({MONTH_S: 40.0}))

    assert found.standing is not None
    assert found.standing.remaining == pytest.approx(0.6)
    assert found.standing.status() is BudgetStatus.HEALTHY
    assert found.evaluated_at == scene.clock.time
    assert await scene.incidents() == []
    [asked] = scene.toolbox.asked
    assert (asked.mode, asked.call.arguments["service"]) == ("read", "till")


async def test_a_fast_burn_opens_one_incident_and_its_end_ends_the_alert(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())

    first = await scene.look(FAST)
    again = await scene.look(FAST)
    burning = await scene.incidents()
    over = await scene.look(CALM)

    assert first.fast_since is not None
    assert again.fast_since == first.fast_since
    assert burning == [("store", "till", "critical", 1)]
    assert over.fast_since is None
    assert await scene.incidents() == [("store", "till", "critical", 0)]
    alerts = await scene.rows("SELECT source, name, status FROM alerts")
    assert alerts == [("slo", "ErrorBudgetBurn", "resolved")]
    [(id_,)] = await scene.rows("SELECT id FROM incidents")
    async with scene.engine.connect() as connection:
        assert (await audit.verify_incident(connection, IncidentId(id_))).broken is None


async def test_a_slow_burn_opens_one_of_less_severity(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())

    await scene.look(counted({1800.0: 700.0, 21_600.0: 650.0}))

    assert await scene.incidents() == [("store", "till", "warning", 1)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (no_data("no metric counted the requests"), "no metric counted the requests"),
        (unreachable("connection refused"), "connection refused"),
        (ok({"windows": "none"}), "cannot be read"),
    ],
)
async def test_no_data_is_said_to_be_no_data_and_ends_no_alert(
    scene: Scene, answer: ToolResult, told: str
) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    burning = await scene.look(FAST)

    found = await scene.look(answer)

    assert found.standing is None
    assert told in found.reason
    assert found.fast_since == burning.fast_since
    assert await scene.incidents() == [("store", "till", "critical", 1)]


async def test_a_toolbox_that_fails_is_a_reason_and_keeps_others_from_nothing(
    scene: Scene,
) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    await scene.keeper.add(ADMIN, TENANT, objective("other", service="shelf"))

    def fail(call: ToolCall) -> ToolResult:
        if call.arguments["service"] == "till":
            raise TransientError("the line is dead")
        return counted({})(call)  # type: ignore[no-any-return]

    found = await scene.look(fail)

    assert found.reason == "the line is dead"
    assert (await scene.slo("other")).standing is not None


async def test_little_left_is_told_once_until_there_is_more_again(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    low, enough = counted({MONTH_S: 85.0}), counted({MONTH_S: 10.0})

    for answer in (low, no_data(), low, enough, low):
        await scene.look(answer)

    told = [deed for deed in await scene.deeds() if deed == ("slo", "error_budget_low")]
    assert len(told) == 2
    assert await scene.incidents() == []


async def test_each_objective_is_looked_at_once_in_its_interval_by_whoever_comes_first(
    scene: Scene,
) -> None:
    for number in range(3):
        await scene.keeper.add(ADMIN, TENANT, objective(f"slo-{number}"))
    scene.toolbox.on("prometheus", "request_counts", CALM)

    await asyncio.gather(*(scene.evaluator.go() for _ in range(3)))
    soon = len(scene.toolbox.asked)
    scene.clock.time += timedelta(seconds=INTERVAL_S)
    await scene.evaluator.go()

    assert (soon, len(scene.toolbox.asked)) == (3, 6)


async def test_a_run_is_told_what_its_own_service_promised(
    scene: Scene, make_incident: Any
) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective(namespace="prod", service="web"))
    await scene.keeper.add(ADMIN, TENANT, objective("other", namespace="prod", service="db"))
    incident_id = await make_incident(service="web")
    async with scene.engine.connect() as connection:
        incident = await incident_rows.load(connection, incident_id)

    found = await PostgresObjectives(scene.engine).of(incident)

    assert [each.id for each in found] == ["till-answers"]
