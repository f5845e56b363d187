"""A repair that did not help is taken back, when a person agrees; that ends with people all the same."""

from collections.abc import Callable

import pytest
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import ok, refused


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    made.toolbox.on("kubernetes", "rollback_rollout", _without_effect(made))
    return made


def _without_effect(scene: Scene, undo: ToolResult | None = None) -> Callable[..., ToolResult]:
    """Answer that all went well, though nothing gets better; `undo` answers the way back's rehearsal."""

    def reply(call: ToolCall) -> ToolResult:
        if scene.toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN) if undo is None or call.arguments["to_revision"] == 1 else undo
        return ok({"outcome": "applied"}, observed_at=scene.clock.now())

    return reply


def written(scene: Scene) -> list[int]:
    """Return the revisions that were written, in order."""
    return [
        asked.call.arguments["to_revision"]
        for asked in scene.toolbox.asked
        if asked.mode == "write"
    ]


async def test_the_way_back_waits_for_an_approval_of_its_own(scene: Scene) -> None:
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert len(scene.incidents.approvals) == 2
    first, second = (item["plan"] for item in scene.payloads(EventKind.PLAN_PROPOSED))
    assert second["playbook"] == "revert"
    [action], [back] = first["actions"], second["actions"]
    assert (back["call"], back["inverse"]) == (action["inverse"], action["call"])
    assert back["id"] != action["id"]
    assert "did not help" in second["summary"]
    assert written(scene) == [1]


async def test_what_did_not_help_is_taken_back_and_people_take_over(scene: Scene) -> None:
    await scene.start()
    await scene.answer(Verdict.APPROVED)

    await scene.answer(Verdict.APPROVED)

    assert written(scene) == [1, 2]
    assert "the repair did not help: " in scene.escalation
    assert "It was taken back" in scene.escalation
    assert len(scene.payloads(EventKind.PLAN_PROPOSED)) == 2
    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "not_resolved"
    report = scene.incidents.reports[scene.id]
    assert "Undo what did not help" in report
    assert "outcome: Action a1-undo: applied" in report
    assert "outcome: Action a1: applied" in report
    assert "Look for another remedy" in report


async def test_a_way_back_that_is_rejected_is_not_gone(scene: Scene) -> None:
    await scene.start()
    await scene.answer(Verdict.APPROVED)

    await scene.answer(Verdict.REJECTED, "it is no worse")

    assert written(scene) == [1]
    assert "the repair did not help: " in scene.escalation
    assert "it is no worse" in scene.escalation


async def test_without_a_way_back_people_take_over_at_once(scene: Scene) -> None:
    blocked = _without_effect(scene, undo=refused("not_found", "revision 2 is gone"))
    scene.toolbox.on("kubernetes", "rollback_rollout", blocked)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert len(scene.incidents.approvals) == 1
    assert "the repair did not help: " in scene.escalation
    assert "It is not taken back: " in scene.escalation
    assert "revision 2 is gone" in scene.escalation


async def test_a_repair_whose_signals_are_good_is_not_taken_back_for_an_alert_that_stays() -> None:
    scene = make_scene()
    [alert] = scene.incidents.incident.alerts
    active = {"name": alert.name, "state": "firing", "labels": alert.labels}
    scene.toolbox.on(
        "prometheus",
        "list_alerts",
        lambda _call: ok({"alerts": [active]}, observed_at=scene.world.now),
    )
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    [action] = proposed["plan"]["actions"]
    undo = ToolCall.model_validate(action["inverse"])
    assert scene.world.errors("core")(scene.world.now) == 0, "the undo would break it again"
    assert f"the repair did not help: still active: {alert.name} (firing)" in scene.escalation
    assert "It stays, because nothing that was seen of what was repaired" in scene.escalation
    assert f"To undo: {undo}" in scene.escalation, "people can take it back themselves"


async def test_a_repair_that_makes_it_worse_is_known_before_the_deadline_and_taken_back() -> None:
    scene = make_scene()
    scene.hold_s = 60

    def worsen(_: ToolCall) -> ToolResult:
        if scene.toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        scene.world.release("core", ago_s=0, error_ratio=0.95)
        return ok({"outcome": "applied"}, observed_at=scene.world.now)

    scene.toolbox.on("kubernetes", "rollback_rollout", worsen)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "worse"
    assert "error ratio 0.4 before, 0.95 after" in finished["reason"]
    assert any(check.startswith("worse: ") for check in finished["checks"])
    [ended] = [e for e in scene.events if e.kind is EventKind.VERIFICATION_FINISHED]
    [done] = [e for e in scene.events if e.kind is EventKind.ACTION_FINISHED]
    assert (ended.at - done.at).total_seconds() < 90
    assert len(scene.payloads(EventKind.PLAN_PROPOSED)) == 2


async def test_how_things_were_is_looked_at_before_the_action_and_kept_as_evidence(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.answer(Verdict.APPROVED)

    kinds = [event.kind for event in scene.events]
    seen = [
        event for event in scene.events if event.actor == "verifier" and "evidence" in event.payload
    ]
    assert {event.payload["evidence"]["kind"] for event in seen} == {
        "metrics.golden_signals",
        "metrics.alerts",
        "kubernetes.workload",
    }
    assert (
        max(event.seq for event in seen) < scene.events[kinds.index(EventKind.ACTION_STARTED)].seq
    )
