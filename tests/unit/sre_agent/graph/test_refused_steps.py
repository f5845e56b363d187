"""Where the system will not have a step, the next one of the playbook that holds is tried."""

import dataclasses

import pytest
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.planning.playbooks import Playbook, Step
from sre_agent.testing.toolbox import refused, unreachable

RESTART = Step(name="restart", condition="it fails", when="true", repairs=("restart_workload",))


@pytest.fixture
def scene() -> Scene:
    """Return a scene whose playbooks restart first, then undo the release, then hand over."""
    made = make_scene()
    books = tuple(_restarting(book) for book in made.playbooks.playbooks)
    made.playbooks = dataclasses.replace(made.playbooks, playbooks=books)
    return made


def _restarting(book: Playbook) -> Playbook:
    steps = book.steps if book.always_a_person else (RESTART, *book.steps)
    return book.model_copy(update={"steps": steps})


async def test_a_refused_step_is_passed_over_with_what_was_said(scene: Scene) -> None:
    scene.toolbox.on("kubernetes", "restart_rollout", refused("forbidden", "it is paused"))

    await scene.start()

    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    assert [item["call"]["tool"] for item in proposed["plan"]["actions"]] == ["rollback_rollout"]
    [passed] = proposed["plan"]["choice"]["passed_over"]
    assert passed.startswith("restart: the dry run of kubernetes.restart_rollout(")
    assert "it is paused" in passed


async def test_when_every_step_is_refused_people_are_told_all_of_it(scene: Scene) -> None:
    scene.toolbox.on("kubernetes", "restart_rollout", refused("forbidden", "it is paused"))
    scene.toolbox.on("kubernetes", "rollback_rollout", refused("not_found", "no such revision"))

    await scene.start()

    assert "it is paused" in scene.escalation
    assert "no such revision" in scene.escalation
    assert not scene.payloads(EventKind.PLAN_PROPOSED)


async def test_a_server_that_does_not_answer_is_no_reason_to_do_something_else(
    scene: Scene,
) -> None:
    scene.toolbox.on("kubernetes", "restart_rollout", unreachable("it hangs"))

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert "it hangs" in scene.escalation
    assert not scene.payloads(EventKind.PLAN_PROPOSED)
