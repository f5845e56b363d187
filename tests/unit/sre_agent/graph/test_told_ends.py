"""What became of an action is told once: a run that comes again after a crash goes by what is told."""

from collections.abc import Sequence

import pytest
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import ends
from sre_agent.testing.toolbox import ok, refused, unreachable


class KilledError(Exception):
    """The process ends right after a commit."""


class Crashing:
    """A journal whose process is killed once, right after the end of an action is written down."""

    def __init__(self, scene: Scene) -> None:
        self._journal = scene.journal
        self.written: list[EventKind] | None = None
        """What was written together with the end."""

    async def append(self, incident_id: IncidentId, draft: EventDraft) -> object:
        return (await self.append_all(incident_id, [draft]))[0]

    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> Sequence[object]:
        events = await self._journal.append_all(incident_id, drafts)
        kinds = [draft.kind for draft in drafts]
        if EventKind.ACTION_FINISHED in kinds and self.written is None:
            self.written = kinds
            raise KilledError
        return events

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


async def come_again(scene: Scene, first: ToolResult, later: ToolResult) -> Crashing:
    """Kill the run right after the end of its action is written down, and start it again."""
    await scene.start()

    def reply(_: ToolCall) -> ToolResult:
        if scene.toolbox.asked[-1].mode == "rehearse":
            return ok(DRY_RUN)
        return later if scene.payloads(EventKind.ACTION_FINISHED) else first

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)
    crashing = Crashing(scene)
    usual, scene.journal = scene.journal, crashing  # type: ignore[assignment]
    with pytest.raises(KilledError):
        await scene.answer(Verdict.APPROVED)
    scene.journal = usual
    await scene._invoke(None)
    return crashing


@pytest.mark.parametrize("later", [ok({"outcome": "applied"}), refused("forbidden", "still no")])
async def test_what_was_refused_is_not_asked_for_again(later: ToolResult) -> None:
    scene = make_scene()

    await come_again(scene, refused("forbidden", "a budget keeps it"), later)

    assert scene.modes().count("write") == 1
    assert "was refused (forbidden): a budget keeps it" in scene.escalation


async def test_what_is_unknown_stays_unknown_with_the_grant_to_look_for() -> None:
    scene = make_scene()

    await come_again(scene, unreachable("it broke off"), ok({"outcome": "applied"}))

    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert finished["outcome"] == "unknown"
    assert f"look for grant {finished['grant_id']} on" in scene.escalation


async def test_what_was_done_is_not_asked_for_again() -> None:
    scene = make_scene()

    await come_again(scene, ok({"outcome": "applied"}), refused("forbidden", "no more"))

    assert scene.modes().count("write") == 1
    assert scene.payloads(EventKind.VERIFICATION_FINISHED)


@pytest.mark.parametrize(
    "answer", [ok({"outcome": "applied"}), refused("forbidden", "a budget keeps it")]
)
async def test_the_call_that_ended_an_action_is_written_with_its_end(answer: ToolResult) -> None:
    scene = make_scene()

    crashing = await come_again(scene, answer, unreachable("too late"))

    assert crashing.written == [EventKind.TOOL_CALLED, EventKind.ACTION_FINISHED]


async def test_an_end_is_of_the_newest_plan_and_not_of_an_earlier_one_with_the_same_ids() -> None:
    scene = make_scene()
    await come_again(scene, refused("forbidden", "no"), refused("forbidden", "no"))
    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    [action] = Plan.model_validate(proposed["plan"]).actions
    told = ends.told(scene.events, action)

    again = EventDraft(
        actor="planner", kind=EventKind.PLAN_PROPOSED, payload=proposed, step_key="another"
    )
    await scene.journal.append(scene.id, again)

    assert told is not None
    assert ends.told(scene.events, action) is None
