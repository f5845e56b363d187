"""Runs on a real database, played again from their logs, by id and from files: nothing of theirs moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from steered_case import Case, opened
from test_opinions_in_runs import Platform, dissenting, platform

from backend.db import audit, journal, steering_course
from backend.evals import incident_logs, replaying
from backend.evals.incident_logs import IncidentLog
from backend.evals.replaying import Taken
from backend.settings.running import ReplaySettings
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.steering import Hint
from sre_agent.testing.world import World

__all__ = ["platform"]  # a fixture


@pytest.fixture
async def case(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Case]:
    world = World(5)
    world.release("core", ago_s=70, error_ratio=0.4)
    async with opened(engine, tmp_path, world, "core") as made:
        yield made


async def replayed(log: list[Event], run: int | None = None, **settings: float) -> Taken:
    async with replaying.opened(ReplaySettings.of({}).model_copy(update=settings)) as replays:
        return await replays.play(incident_logs.checked(log), run)


async def replayed_case(case: Case, run: int | None = None) -> Taken:
    log = await case.runner.context.incidents.events(case.incident.id)
    return await replayed(log, run, verification_hold_seconds=20, verification_deadline_seconds=120)


async def test_a_worker_s_run_comes_to_the_same_and_its_log_stays_as_it_is(
    platform: Platform,
) -> None:
    id_, log = await platform.suffer_as_set()

    taken = await replayed(log)

    assert (taken.replayed.differences, taken.replayed.notes) == ((), ())
    assert taken.replayed.now.plans
    async with platform.engine.connect() as connection:
        assert await journal.read(connection, id_) == log
        assert (await audit.verify_incident(connection, id_)).broken is None


async def test_a_dissent_is_heard_again_with_the_same_effect(platform: Platform) -> None:
    _, log = await platform.suffer(dissenting)

    taken = await replayed(log)

    assert taken.replayed.now.opinion is not None
    assert taken.replayed.differences == ()
    assert taken.bills == ()


async def test_a_repaired_incident_is_played_to_its_ruling(case: Case) -> None:
    await case.go()
    await case.approve()
    await case.go()

    taken = await replayed_case(case)

    assert case.writes() == 1
    assert taken.replayed.differences == ()


async def test_each_run_of_an_incident_can_be_played(case: Case) -> None:
    await case.go()
    await case.clock.sleep(1)
    hint = Hint(text="I doubt it", object=case.world.ref("pay"), specialist="metrics")
    await case.steer(lambda step: steering_course.reinvestigate(step, hint))
    await case.go()

    first, second = await replayed_case(case, 1), await replayed_case(case)

    assert (first.replayed.differences, second.replayed.differences) == ((), ())
    ids = [taken.replayed.now.plans[-1].plan.actions[0].id for taken in (first, second)]
    assert ids == ["a1", "2.a1"]


async def test_a_dismissal_by_its_door_is_played_too(case: Case) -> None:
    await case.go()
    [proposed] = await case.events(EventKind.PLAN_PROPOSED)
    plan = proposed.payload["plan"]
    dismissal = Dismissal(
        object=plan["cause_object"], fault_class=plan["fault_class"], reason="it is fine"
    )
    await case.steer(lambda step: steering_course.dismiss(step, dismissal))
    await case.go()

    taken = await replayed_case(case)

    assert taken.replayed.then.view()["conclusion"]["dismissed"]
    assert taken.replayed.differences == ()


async def test_a_changed_log_is_told_and_a_saved_one_reads_as_it_was(
    platform: Platform, tmp_path: Path
) -> None:
    _, log = await platform.suffer_as_set()
    file = tmp_path / "log.jsonl"
    incident_logs.save(file, log)

    assert incident_logs.read(file) == IncidentLog(tuple(log))
    changed = [*log[:3], log[3].model_copy(update={"actor": "mallory"}), *log[4:]]
    taken = await replayed(changed)
    assert taken.replayed.notes[0].startswith("the log does not hold from event 4 on")
