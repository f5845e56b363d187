"""Objectives of services: looked at through the toolbox, stored, alerted on by the door of all alerts."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import audit, incident_rows, organization_log, slos
from backend.db.slos import PostgresObjectives, Slo, SloNotFoundError
from backend.db.tenancy import Tenant
from backend.slos.evaluating import Evaluator
from backend.slos.keeping import FILE_ACTOR, Keeper, SloOfFileError
from sre_agent.config import objectives
from sre_agent.domain.errors import TransientError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.slo import BudgetStatus, Objective, SloKind
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import FakeToolbox, no_data, ok, unreachable

TENANT = Tenant("default", "default")
ADMIN = Actor(name="ada", role=Role.ADMIN, org_id="default")
INTERVAL_S = 60.0


def objective(id_: str = "till-answers", **changes: Any) -> Objective:
    fields: dict[str, Any] = {
        "id": id_,
        "namespace": "store",
        "service": "till",
        "kind": SloKind.AVAILABILITY,
        "target": 0.999,
        "window_days": 30,
    }
    return Objective.model_validate({**fields, **changes})


def counted(bad: Mapping[float, float], *, requests: float = 100_000.0) -> Any:
    """Return an answer with the same requests in each window asked for, and so many bad ones."""

    def answer(call: ToolCall) -> ToolResult:
        windows = call.arguments["windows_s"]
        assert isinstance(windows, list)
        rows = [
            {"window_s": each, "requests": requests, "bad": bad.get(each, 0.0), "covered": 1.0}
            for each in windows
        ]
        data = {"end": "2026-03-01T12:00:00Z", "query": "q", "threshold_s": None, "windows": rows}
        return ok(data)

    return answer


CALM = counted({})
FAST = counted({300.0: 2000.0, 3600.0: 1500.0})
MONTH_S = 30 * 86_400.0


class Scene:
    """A toolbox that answers as told, the keeper of objectives, and who looks at them."""

    def __init__(self, engine: AsyncEngine, clock: Any) -> None:
        self.engine, self.clock, self.toolbox = engine, clock, FakeToolbox()
        self.keeper = Keeper(engine=engine, clock=clock)
        self.evaluator = Evaluator(
            toolbox_of=lambda _: self.toolbox,
            engine=engine,
            clock=clock,
            own=TENANT,
            interval_s=INTERVAL_S,
        )

    async def look(self, answer: Any, *, after_s: float = INTERVAL_S) -> Slo:
        """Let time pass, look around while Prometheus answers so, and return how it stands."""
        self.toolbox.on("prometheus", "request_counts", answer)
        self.clock.time += timedelta(seconds=after_s)
        await self.evaluator.go()
        return await self.slo()

    async def slo(self, id_: str = "till-answers") -> Slo:
        async with self.engine.connect() as connection:
            return await slos.get(connection, TENANT, id_)

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(sa.text(query))]

    async def incidents(self) -> list[tuple[Any, ...]]:
        query = (
            "SELECT namespace, service, severity, firing_count FROM incidents ORDER BY opened_at"
        )
        return await self.rows(query)

    async def deeds(self) -> list[tuple[str, str]]:
        async with self.engine.connect() as connection:
            _, broken = await organization_log.verify(connection, "default")
            assert broken is None
            return [
                (entry.actor, entry.kind)
                for entry in await organization_log.read(connection, "default")
            ]


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


async def test_a_definition_that_changes_or_goes_ends_its_alerts(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    await scene.look(FAST)
    changed = await scene.keeper.change(ADMIN, TENANT, objective(target=0.99))
    after_change = await scene.incidents()
    await scene.look(counted({300.0: 20_000.0, 3600.0: 15_000.0}))

    await scene.keeper.remove(ADMIN, TENANT, "till-answers")

    assert (changed.standing, changed.fast_since) == (None, None)
    assert after_change[0][-1] == 0
    assert [row[-1] for row in await scene.incidents()] == [0]
    assert await scene.deeds() == [
        ("ada", "slo_added"),
        ("ada", "slo_changed"),
        ("ada", "slo_removed"),
    ]
    with pytest.raises(SloNotFoundError):
        await scene.slo()


async def test_what_was_removed_while_it_was_looked_at_raises_no_alert(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    taken = await scene.slo()
    scene.toolbox.on("prometheus", "request_counts", FAST)
    await scene.keeper.remove(ADMIN, TENANT, "till-answers")

    await scene.evaluator.evaluate(taken)

    assert await scene.incidents() == []


async def test_what_was_changed_while_it_was_looked_at_is_not_judged_by_the_old_look(
    scene: Scene,
) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective())
    taken = await scene.slo()
    scene.toolbox.on("prometheus", "request_counts", FAST)
    await scene.keeper.change(ADMIN, TENANT, objective(target=0.9))

    await scene.evaluator.evaluate(taken)

    assert (await scene.slo()).evaluated_at is None
    assert await scene.incidents() == []


async def test_a_file_rules_over_what_it_defines_and_leaves_the_rest(scene: Scene) -> None:
    await scene.keeper.add(ADMIN, TENANT, objective("by-hand"))
    first, second = objective("a"), objective("b")
    await scene.keeper.follow_file(TENANT, (first, second))
    await scene.keeper.follow_file(TENANT, (first, second))
    await scene.keeper.follow_file(TENANT, (objective("b", target=0.99),))

    async with scene.engine.connect() as connection:
        known = await slos.list_all(connection, "default")

    assert [(each.objective.id, each.from_file) for each in known] == [
        ("b", True),
        ("by-hand", False),
    ]
    assert [kind for actor, kind in await scene.deeds() if actor == FILE_ACTOR] == [
        "slo_added",
        "slo_added",
        "slo_removed",
        "slo_changed",
    ]
    with pytest.raises(SloOfFileError):
        await scene.keeper.remove(ADMIN, TENANT, "b")
    with pytest.raises(SloOfFileError):
        await scene.keeper.change(ADMIN, TENANT, objective("b"))


async def test_many_workers_that_start_at_once_read_the_file_in_once(scene: Scene) -> None:
    promised = tuple(objective(f"slo-{number}") for number in range(5))

    await asyncio.gather(*(scene.keeper.follow_file(TENANT, promised) for _ in range(4)))

    assert len(await scene.deeds()) == 5


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


def test_the_example_of_the_documentation_is_right() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "slo.md"
    text = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]

    assert len(objectives.parse({"slo.yaml": text})) == 3
