"""A grant that expired before it was used is asked for anew, and nobody is asked again."""

import pytest
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import Limits
from sre_agent.testing.toolbox import refused


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def expires(scene: Scene, times: int, *, refusal: str | None = None) -> None:
    """Make the first writes come too late; what follows them does what it did."""
    usual = next(
        item.reply for item in reversed(scene.toolbox._scripts) if item.tool == "rollback_rollout"
    )
    late = 0

    def reply(call: ToolCall) -> ToolResult:
        nonlocal late
        assert callable(usual)
        if scene.toolbox.asked[-1].mode == "write" and late < times:
            late += 1
            scene.signer.renewals += 1
            scene.signer.refusal = refusal
            return refused("grant_expired", "the grant expired 9 s ago")
        return usual(call)

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)


def grants_sent(scene: Scene) -> list[str | None]:
    return [asked.grant for asked in scene.toolbox.asked if asked.mode == "write"]


async def test_an_expired_grant_is_renewed_and_used_without_asking_again(scene: Scene) -> None:
    await scene.start()
    expires(scene, 1)

    await scene.answer(Verdict.APPROVED)

    first, second = grants_sent(scene)
    assert first != second, "the same token cannot succeed"
    assert len(scene.payloads(EventKind.APPROVAL_REQUESTED)) == 1
    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert (finished["outcome"], finished["grant_id"]) == ("applied", "grt-1")
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_a_grant_that_always_comes_too_late_is_given_up(scene: Scene) -> None:
    await scene.start()
    expires(scene, 99)

    await scene.answer(Verdict.APPROVED)

    assert "grant_expired" in scene.escalation
    assert len(grants_sent(scene)) == Limits().write_attempts


async def test_when_the_signer_does_not_renew_it_says_why_and_nothing_is_done(scene: Scene) -> None:
    await scene.start()

    expires(scene, 1, refusal="the approval is too old")

    await scene.answer(Verdict.APPROVED)

    assert "the approval is too old" in scene.escalation
    assert len(grants_sent(scene)) == 1
    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert finished["outcome"] == "refused"
