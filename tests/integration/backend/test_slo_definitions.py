"""Where objectives come from: the file rules, and what changes meanwhile is looked at anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from slo_scenes import ADMIN, FAST, TENANT, Scene, counted, objective
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import slos
from backend.db.slos import SloNotFoundError
from backend.slos.keeping import FILE_ACTOR, SloOfFileError
from sre_agent.config import objectives


@pytest.fixture
def scene(engine: AsyncEngine, clock: Any) -> Scene:
    return Scene(engine, clock)


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


def test_the_example_of_the_documentation_is_right() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "slo.md"
    text = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]

    assert len(objectives.parse({"slo.yaml": text})) == 3
