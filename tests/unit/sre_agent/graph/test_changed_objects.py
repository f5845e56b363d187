"""An approval is for what was shown: when that changes, people are asked anew with the new difference."""

from collections.abc import Callable

import pytest
from langgraph.types import Command
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.testing.toolbox import ok, refused, unreachable

CHANGED = {**DRY_RUN, "state_sha256": "c" * 64, "changes": ["image: v3 -> v1"]}


class Live:
    """The live object: what a rehearsal and a write of it answer from now on."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rehearsal: Callable[[], ToolResult] = lambda: ok(DRY_RUN)
        self.write: Callable[[], ToolResult] = self.apply

    def answer(self, _: ToolCall) -> ToolResult:
        is_rehearsal = self.scene.toolbox.asked[-1].mode == "rehearse"
        return self.rehearsal() if is_rehearsal else self.write()

    def apply(self) -> ToolResult:
        self.scene.world.release("core", ago_s=0)
        return ok({"outcome": "applied"}, observed_at=self.scene.clock.now())

    @property
    def writes(self) -> int:
        return sum(asked.mode == "write" for asked in self.scene.toolbox.asked)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def live(scene: Scene) -> Live:
    found = Live(scene)
    scene.toolbox.on("kubernetes", "rollback_rollout", found.answer)
    return found


async def wake(scene: Scene) -> None:
    await scene._invoke(Command(resume=True))


def shown(scene: Scene) -> list[tuple[str, str]]:
    """Return each plan that was proposed: its action's id, and what it would change."""
    proposed = (item["plan"]["actions"] for item in scene.payloads(EventKind.PLAN_PROPOSED))
    return [(action["id"], action["dry_run"]["changes"][0]) for [action] in proposed]


async def test_what_changes_while_people_think_is_voided_and_asked_anew(
    scene: Scene, live: Live
) -> None:
    await scene.start()
    live.rehearsal = lambda: ok(CHANGED)

    await wake(scene)

    assert shown(scene) == [("a1", "image: v2 -> v1"), ("a1-2", "image: v3 -> v1")]
    [voided] = scene.payloads(EventKind.APPROVAL_VOIDED)
    assert "changed after the plan was shown" in voided["reason"]
    assert len(scene.incidents.approvals) == 2
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL


async def test_what_stays_as_it_was_shown_goes_on_waiting(scene: Scene, live: Live) -> None:
    await scene.start()

    await wake(scene)
    await wake(scene)

    assert len(scene.incidents.approvals) == 1
    assert scene.payloads(EventKind.APPROVAL_VOIDED) == []


async def test_a_server_that_does_not_answer_voids_nothing(scene: Scene, live: Live) -> None:
    await scene.start()
    live.rehearsal = unreachable

    await wake(scene)

    assert scene.payloads(EventKind.APPROVAL_VOIDED) == []


async def test_a_yes_to_what_changed_since_is_no_yes_to_what_is(scene: Scene, live: Live) -> None:
    await scene.start()
    live.rehearsal = lambda: ok(CHANGED)

    await scene.answer(Verdict.APPROVED)

    assert live.writes == 0
    assert len(scene.incidents.approvals) == 2
    await scene.answer(Verdict.APPROVED)
    assert live.writes == 1
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_a_write_that_the_object_overtook_leads_to_asking_anew(
    scene: Scene, live: Live
) -> None:
    await scene.start()
    applied = live.write
    live.write = lambda: refused("state_changed", "the object was changed since the approval")

    await scene.answer(Verdict.APPROVED)
    waiting = scene.incidents.incident.status
    live.write = applied
    await scene.answer(Verdict.APPROVED)

    assert waiting is IncidentStatus.AWAITING_APPROVAL
    assert [action_id for action_id, _ in shown(scene)] == ["a1", "a1-2"]
    assert len(scene.payloads(EventKind.APPROVAL_VOIDED)) == 1
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_what_never_stays_as_it_was_shown_goes_to_people(scene: Scene, live: Live) -> None:
    await scene.start()
    states = iter("cdefghijk")
    live.rehearsal = lambda: ok({**DRY_RUN, "state_sha256": next(states) * 64})

    for _ in range(4):
        await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert "nobody can approve what does not stay" in scene.escalation
    assert [action_id for action_id, _ in shown(scene)] == ["a1", "a1-2", "a1-3", "a1-4"]
    assert live.writes == 0


async def test_a_plan_whose_object_is_gone_is_told_to_people(scene: Scene, live: Live) -> None:
    await scene.start()
    live.rehearsal = lambda: refused("not_found", "there is no such Deployment")

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert "there is no such Deployment" in scene.escalation
    assert live.writes == 0
