"""What a server did in part is neither asked for again nor told as done or as not done."""

from types import SimpleNamespace
from typing import cast

import pytest
from run_scene import Scene, make_scene

from sre_agent.config import action_kinds
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import Limits, RunContext
from sre_agent.testing.toolbox import refused, unreachable

TOLD = "node n is closed; evicted 2 of 3 pods; left: a/b; a budget keeps it"


def answers(scene: Scene, *replies: ToolResult) -> None:
    """Make the writes end so, one after the other; the rehearsal does as it did."""
    usual = next(
        item.reply for item in reversed(scene.toolbox._scripts) if item.tool == "rollback_rollout"
    )
    waiting = list(replies)

    def reply(call: ToolCall) -> ToolResult:
        assert callable(usual)
        return waiting.pop(0) if scene.toolbox.asked[-1].mode == "write" else usual(call)

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)


@pytest.mark.parametrize("lost", [0, 1], ids=["at once", "after an answer that was lost"])
async def test_it_is_escalated_with_what_was_done_and_what_was_not(lost: int) -> None:
    scene = make_scene()
    await scene.start()
    answers(scene, *[unreachable("it broke off")] * lost, refused("partly_done", TOLD))

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert (finished["outcome"], finished["detail"]) == ("partly_done", TOLD)
    assert "was done in part only" in scene.escalation
    assert TOLD in scene.escalation
    assert scene.incidents.incident.status is IncidentStatus.ESCALATED
    assert scene.modes().count("write") == 1 + lost


async def test_the_way_back_that_the_live_object_tells_is_not_put_before_the_repairs_own() -> None:
    scene = make_scene()
    foreign = {"tool": "rollback_rollout", "arguments": {"to_revision": 99}}
    usual = next(
        item.reply for item in reversed(scene.toolbox._scripts) if item.tool == "rollback_rollout"
    )

    def reply(call: ToolCall) -> ToolResult:
        assert callable(usual)
        found: ToolResult = usual(call)
        return found.model_copy(update={"data": {**(found.data or {}), "inverse": foreign}})

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)

    await scene.start()

    [proposed] = scene.payloads(EventKind.PLAN_PROPOSED)
    [action] = proposed["plan"]["actions"]
    assert action["inverse"]["arguments"]["to_revision"] != 99


@pytest.mark.parametrize(
    ("server", "tool", "waits_s"),
    [
        ("kubernetes", "restart_rollout", 10.0),
        ("kubernetes", "drain_node", 300.0),
        ("github", "create_revert_pr", 60.0),
    ],
)
def test_what_takes_longer_by_its_kind_is_waited_for_longer(
    server: str, tool: str, waits_s: float
) -> None:
    known = SimpleNamespace(actions=action_kinds.shipped())
    context = SimpleNamespace(limits=Limits(), playbooks=known)
    call = ToolCall(server=server, tool=tool, arguments={})

    found = RunContext.deadline_s(cast("RunContext", context), call)

    assert found == waits_s
