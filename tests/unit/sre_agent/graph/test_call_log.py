"""Every call to a tool is in its incident's log, however often it is made."""

from collections import Counter
from typing import cast

import pytest
from langgraph.types import Command
from run_scene import DRY_RUN, Scene, make_scene

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import call_log, polling
from sre_agent.graph.context import RunContext
from sre_agent.testing import FakeToolbox
from sre_agent.testing.toolbox import ok, refused, unreachable


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def made(scene: Scene) -> Counter[str]:
    """Return how often each call was made in each mode."""
    return Counter(f"{asked.mode} {asked.call}" for asked in scene.toolbox.asked)


def logged(scene: Scene) -> Counter[str]:
    """Return how often the log says that each was made."""
    found: Counter[str] = Counter()
    for payload in scene.payloads(EventKind.TOOL_CALLED):
        call = ToolCall.model_validate(payload["call"])
        found[f"{payload['mode']} {call}"] += payload.get("times", 1)
    return found


def by(scene: Scene, actor: str) -> int:
    return sum(
        event.kind is EventKind.TOOL_CALLED and event.actor == actor for event in scene.events
    )


async def test_each_call_of_a_run_is_in_its_log(scene: Scene) -> None:
    await scene.start()
    await scene._invoke(Command(resume=True))
    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert set(scene.modes()) == {"read", "rehearse", "write"}
    assert logged(scene) == made(scene)
    assert all(item["duration_ms"] >= 0 for item in scene.payloads(EventKind.TOOL_CALLED))


async def test_attempts_at_a_write_and_the_search_for_its_mark_are_logged(scene: Scene) -> None:
    scene.toolbox.on_write("kubernetes", "rollback_rollout", unreachable("cut off"))
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    executed = [
        event.payload
        for event in scene.events
        if event.kind is EventKind.TOOL_CALLED and event.actor == call_log.EXECUTOR
    ]
    assert [item["mode"] for item in executed] == [*["write"] * 5, "read"]
    assert {item["action_id"] for item in executed} == {"a1"}
    assert all(item["grant_id"] for item in executed)
    assert logged(scene) == made(scene)


async def test_what_is_asked_about_an_undo_is_logged_too(scene: Scene) -> None:
    def reply(_: ToolCall) -> ToolResult:
        """Answer that all went well, though nothing gets better."""
        is_rehearsal = scene.toolbox.asked[-1].mode == "rehearse"
        return ok(DRY_RUN if is_rehearsal else {"outcome": "applied"}, observed_at=scene.world.now)

    scene.toolbox.on("kubernetes", "rollback_rollout", reply)
    await scene.start()

    await scene.answer(Verdict.APPROVED)
    await scene.answer(Verdict.APPROVED)

    assert "It was taken back" in scene.escalation
    assert logged(scene) == made(scene)


async def test_a_verifier_that_looks_often_writes_few_entries(scene: Scene) -> None:
    scene.hold_s = 150
    await scene.start()
    before = len(scene.toolbox.asked)

    await scene.answer(Verdict.APPROVED)

    looks = [asked for asked in scene.toolbox.asked[before:] if asked.mode == "read"]
    kinds = {str(asked.call) for asked in looks}
    assert len(looks) > 60, "it looks many times"
    # Each kind of look: once before the action, its first, a change or two, and the count at the end.
    assert by(scene, call_log.VERIFIER) <= 6 * len(kinds)
    assert logged(scene) == made(scene)


async def test_a_plan_that_waits_long_is_rehearsed_in_few_entries(scene: Scene) -> None:
    await scene.start()
    for _ in range(6):
        await scene._invoke(Command(resume=True))
    waiting = by(scene, call_log.PLANNER)

    await scene.answer(Verdict.APPROVED)

    assert waiting == 2, "the plan's rehearsal and the first look after it"
    assert logged(scene) == made(scene)


def poll(scene: Scene, box: FakeToolbox) -> polling.Polled:
    class _Context:
        toolbox = box
        journal = scene.journal
        clock = scene.clock

    context = cast("RunContext", _Context())
    return polling.Polled(box, context, scene.id, call_log.VERIFIER)


CALL = ToolCall(server="prometheus", tool="list_alerts", arguments={"namespace": "shop"})


async def test_each_change_of_an_answer_is_logged_as_it_comes(scene: Scene) -> None:
    box = FakeToolbox()
    seen = poll(scene, box)
    for answer in (ok({}), ok({}), unreachable("it hangs"), ok({}), refused("forbidden")):
        box.on("prometheus", "list_alerts", answer)
        await seen.read(CALL, deadline_s=1)
        scene.clock.advance(2)

    told = [(item["status"], item["code"]) for item in scene.payloads(EventKind.TOOL_CALLED)]
    assert told == [("ok", ""), ("unreachable", ""), ("ok", ""), ("refused", "forbidden")]
    await seen.close()
    [*_, last] = scene.payloads(EventKind.TOOL_CALLED)
    assert (last["status"], last["times"]) == ("ok", 1)


async def test_an_answer_that_changes_all_the_time_is_counted_in_the_end(scene: Scene) -> None:
    box = FakeToolbox()
    seen = poll(scene, box)
    for number in range(100):
        box.on("prometheus", "list_alerts", ok({}) if number % 2 else unreachable("it hangs"))
        await seen.read(CALL, deadline_s=1)
        scene.clock.advance(2)
    await seen.close()

    entries = scene.payloads(EventKind.TOOL_CALLED)
    assert len(entries) == 1 + polling.CHANGES_MAX + 2
    assert sum(item.get("times", 1) for item in entries) == 100


async def test_a_secret_among_the_arguments_is_not_in_the_log(scene: Scene) -> None:
    call = CALL.model_copy(update={"arguments": {"name": "DB_PASSWORD", "value": "hunter2"}})
    box = FakeToolbox().on("prometheus", "list_alerts", unreachable("password=hunter2"))

    await poll(scene, box).write(call, grant="the.signed.token", deadline_s=1)

    [entry] = scene.events
    assert "hunter2" not in entry.model_dump_json()
    assert "the.signed.token" not in entry.model_dump_json()
    assert entry.payload["call"]["arguments"]["name"] == "DB_PASSWORD"
