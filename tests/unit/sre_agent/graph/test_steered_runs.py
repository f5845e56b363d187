"""A run that people steer: held, ended, outdated, or told that the cause is another one."""

from typing import Any

import pytest
from langgraph.types import Command
from run_scene import Scene, make_scene

from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.runs import RunOverError
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import ok, unreachable


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def hold(scene: Scene, **values: object) -> None:
    scene.incidents.incident = scene.incidents.incident.model_copy(update=values)


async def go_on(scene: Scene) -> None:
    await scene._invoke(Command(resume=True))


async def test_a_paused_run_looks_at_nothing_until_it_is_resumed(scene: Scene) -> None:
    hold(scene, is_paused=True)

    await scene.start()
    asked_while_paused = list(scene.toolbox.asked)
    hold(scene, is_paused=False)
    await go_on(scene)

    assert asked_while_paused == []
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL


async def test_an_approved_plan_is_not_carried_out_while_paused(scene: Scene) -> None:
    await scene.start()
    hold(scene, is_paused=True)

    await scene.answer(Verdict.APPROVED)
    written_while_paused = scene.modes().count("write")
    hold(scene, is_paused=False)
    await go_on(scene)

    assert written_while_paused == 0
    assert scene.modes().count("write") == 1
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_a_write_without_an_answer_is_not_asked_again_while_paused(scene: Scene) -> None:
    await scene.start()

    def silent(_call: ToolCall) -> ToolResult:
        hold(scene, is_paused=True)
        return unreachable()

    scene.toolbox.on_write("kubernetes", "rollback_rollout", silent)
    await scene.answer(Verdict.APPROVED)
    written_while_paused = scene.modes().count("write")
    scene.toolbox.on_write("kubernetes", "rollback_rollout", lambda _call: _applied(scene))
    hold(scene, is_paused=False)
    await go_on(scene)

    assert written_while_paused == 1
    assert scene.modes().count("write") == 2
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


def _applied(scene: Scene) -> ToolResult:
    scene.world.release("core", ago_s=0)
    return ok({"outcome": "applied", "detail": "rolled back"}, observed_at=scene.world.now)


async def test_a_cancelled_run_writes_nothing(scene: Scene) -> None:
    await scene.start()
    hold(scene, is_cancelled=True)

    await scene.answer(Verdict.APPROVED)

    assert "write" not in scene.modes()


async def test_what_was_begun_is_settled_though_the_incident_is_cancelled(scene: Scene) -> None:
    await scene.start()

    def reply(_call: ToolCall) -> ToolResult:
        hold(scene, is_cancelled=True)
        return _applied(scene)

    scene.toolbox.on_write("kubernetes", "rollback_rollout", reply)
    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert finished["outcome"] == "applied"
    assert scene.payloads(EventKind.VERIFICATION_FINISHED) == []


async def test_an_outdated_run_ends_quietly_and_writes_nothing(scene: Scene) -> None:
    await scene.start()
    hold(scene, run=2)
    before = len(scene.events)

    await scene.answer(Verdict.APPROVED)

    assert "write" not in scene.modes()
    assert len(scene.events) == before


async def test_a_run_that_lost_its_incident_between_grant_and_deed_does_nothing(
    scene: Scene,
) -> None:
    await scene.start()

    async def outdated(*_: Any) -> str:
        hold(scene, is_cancelled=True)
        return "a person has cancelled the incident"

    scene.incidents.start_action = outdated  # type: ignore[method-assign,assignment] # what commits in between
    with pytest.raises(RunOverError):
        await scene.answer(Verdict.APPROVED)

    assert "write" not in scene.modes()


async def test_a_dismissed_cause_gives_way_to_another_judgement(scene: Scene) -> None:
    await scene.start()
    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    dismissal = Dismissal(
        object=proposed["plan"]["cause_object"],
        fault_class=FaultClass(proposed["plan"]["fault_class"]),
        reason="that release is fine",
    )
    await scene.journal.append(
        scene.id,
        EventDraft(
            actor="ada",
            kind=EventKind.CAUSE_DISMISSED,
            payload={"dismissal": dismissal.model_dump(mode="json"), "reason": "fine"},
            step_key="cause_dismissed:1",
        ),
    )

    await scene.answer(Verdict.EXPIRED)

    ranked = scene.payloads(EventKind.CAUSES_RANKED)[-1]["diagnosis"]
    named = [(cause["fault_class"], cause["object"]) for cause in ranked["causes"]]
    assert (dismissal.fault_class, dismissal.object.model_dump()) not in named
    assert "write" not in scene.modes()
    assert "dismissed" in scene.incidents.reports[scene.id]


async def test_a_second_run_has_evidence_and_actions_of_its_own(scene: Scene) -> None:
    await scene.start()
    hold(scene, run=2)
    scene.incidents.of_run(2)
    scene.journal.of_run(2)
    scene.saver = type(scene.saver)()

    await scene._invoke({"incident_id": scene.id, "run": 2})

    first, second = scene.payloads(EventKind.PLAN_PROPOSED)
    assert first["plan"]["actions"][0]["id"] == "a1"
    assert second["plan"]["actions"][0]["id"] == "2.a1"
    ids = [payload["evidence"]["id"] for payload in scene.payloads(EventKind.EVIDENCE_ADDED)]
    assert len(ids) == len(set(ids))
    assert {name.startswith("2.") for name in ids[len(ids) // 2 :]} == {True}
