"""The yes to a plan covers its undo, where fresh data call for it and nobody else has touched the object."""

import pytest
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Follower, IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import ok

LEFT = "e" * 64


class Hands:
    """Answer for a deployment on which a rollback changes nothing for the better."""

    def __init__(self, scene: Scene, *, left: str = LEFT, worsens: float | None = None) -> None:
        self.scene = scene
        self.left = left
        self.worsens = worsens

    def __call__(self, _: ToolCall) -> ToolResult:
        if self.scene.toolbox.asked[-1].mode == "rehearse":
            first = {**DRY_RUN, "left_sha256": LEFT}
            return ok(first if not self.written else {**DRY_RUN, "state_sha256": self.left})
        if self.worsens is not None and len(self.written) == 1:
            self.scene.world.release("core", ago_s=0, error_ratio=self.worsens)
        return ok({"outcome": "applied"}, observed_at=self.scene.world.now)

    @property
    def written(self) -> list[int]:
        """Return the revisions that were written, in order."""
        asked = [item for item in self.scene.toolbox.asked if item.mode == "write"]
        return [item.call.arguments["to_revision"] for item in asked]


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def put_hands(scene: Scene, *, left: str = LEFT, worsens: float | None = None) -> Hands:
    hands = Hands(scene, left=left, worsens=worsens)
    scene.toolbox.on("kubernetes", "rollback_rollout", hands)
    return hands


async def test_what_did_not_help_is_taken_back_without_asking_again(scene: Scene) -> None:
    hands = put_hands(scene)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert hands.written == [1, 2]
    assert len(scene.incidents.approvals) == 1
    first, second = scene.payloads(EventKind.PLAN_PROPOSED)
    [_, ruled] = scene.payloads(EventKind.POLICY_RULED)
    assert ruled["approved_with"] == first["plan_sha256"]
    assert second["plan"]["playbook"] == "revert"
    assert "the repair did not help: " in scene.escalation
    assert "It was taken back" in scene.escalation


async def test_what_makes_it_worse_is_taken_back_before_the_deadline(scene: Scene) -> None:
    scene.hold_s = 60
    hands = put_hands(scene, worsens=0.95)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert hands.written == [1, 2]
    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "worse"
    assert "error ratio 0.4 before, 0.95 after" in scene.escalation


async def test_an_incident_that_the_repair_caused_is_evidence_that_it_is_worse(
    scene: Scene,
) -> None:
    hands = put_hands(scene)
    scene.incidents.following = (
        Follower(
            incident_id=IncidentId("inc-9"),
            action_id=ActionId("a1"),
            service="front",
            opened_at=scene.clock.now(),
        ),
    )
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "worse"
    assert finished["reason"] == "incident inc-9 of front began after action a1"
    assert hands.written == [1, 2]


async def test_what_an_action_touched_is_written_down_with_its_end(scene: Scene) -> None:
    put_hands(scene)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [first, _] = scene.payloads(EventKind.ACTION_FINISHED)
    core, entry = (scene.world.services[role].name for role in ("core", "entry"))
    assert first["touched"]["namespace"] == scene.world.namespace
    assert {core, entry} <= set(first["touched"]["services"])


async def test_that_the_undo_took_is_looked_at_and_told(scene: Scene) -> None:
    put_hands(scene)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [seen] = scene.payloads(EventKind.UNDO_VERIFIED)
    assert seen["result"] == "taken_back"
    assert "is declared as it was before the repair" in scene.escalation
    assert "What was taken back is as it was before" in scene.incidents.reports[scene.id]


async def test_an_undo_that_does_not_take_is_told_at_the_deadline(scene: Scene) -> None:
    put_hands(scene, worsens=0.4)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    [seen] = scene.payloads(EventKind.UNDO_VERIFIED)
    assert seen["result"] == "not_taken_back"
    assert "it did not take" in scene.escalation
    assert "differs from before in its containers" in scene.escalation


async def test_a_person_is_asked_when_somebody_else_changed_the_object(scene: Scene) -> None:
    hands = put_hands(scene, left="d" * 64)
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert hands.written == [1]
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    [_, ruled] = scene.payloads(EventKind.POLICY_RULED)
    assert "is not as the action left it" in ruled["asked_because"]


async def test_a_person_is_asked_when_the_signer_wants_so_and_then_it_goes_on(scene: Scene) -> None:
    hands = put_hands(scene)
    await scene.start()
    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    [action] = proposed["plan"]["actions"]
    scene.signer.unasked.add(f"{action['id']}-undo")

    await scene.answer(Verdict.APPROVED)
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert hands.written == [1]
    await scene.answer(Verdict.APPROVED)

    assert hands.written == [1, 2]
    assert len(scene.incidents.approvals) == 2


async def test_a_denied_undo_is_not_done_and_what_stands_is_told(scene: Scene) -> None:
    hands = put_hands(scene)
    await scene.start()
    scene.signer.unasked.add("a1-undo")
    await scene.answer(Verdict.APPROVED)
    scene.signer.refusal = "the log is broken"

    await scene.answer(Verdict.APPROVED)

    assert hands.written == [1]
    assert "the log is broken" in scene.escalation
    assert "Still stands: kubernetes.rollback_rollout(" in scene.escalation
