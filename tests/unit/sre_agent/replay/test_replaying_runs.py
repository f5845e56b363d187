"""A run that was recorded comes to the same again; with other rules or evidence, to what they make of it."""

import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from replayed import RULES, play
from run_scene import ALLOW_LIST, Scene, make_scene
from test_recalling import past
from test_second_mind import consulted, saying

from sre_agent.agents import supervisor
from sre_agent.config import permissions
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ruling import Ruling, Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import Rules
from sre_agent.replay import outcome
from sre_agent.testing import FakeMemory
from sre_agent.testing.toolbox import no_data, unreachable

LONG_AFTER_S = timedelta(days=3).total_seconds()
HISTORY = "rollout_history"


def with_policy(folder: Path, ruling: str) -> Rules:
    """Return the rules with a policy that says the same of every write."""
    (folder / "own.yaml").write_text(
        f"rules:\n  - {{name: all, ruling: {ruling}, when: 'true', reason: so it is}}\n"
    )
    return replace(RULES, policy=permissions.load_policy(ALLOW_LIST, folder))


def changed(event: Event, **payload: Any) -> Event:
    return event.model_copy(update={"payload": {**event.payload, **payload}})


async def test_the_same_inputs_come_to_the_same_in_every_word(scene: Scene) -> None:
    scene.clock.advance(LONG_AFTER_S)

    found = await play(scene.events)

    assert (found.differences, found.notes) == ((), ())
    assert (
        found.now.plans[-1].plan.sha256 == scene.payloads(EventKind.PLAN_PROPOSED)[0]["plan_sha256"]
    )
    assert found.now.end == "asks an approver"


async def test_whom_the_cluster_had_no_server_for_is_not_sent_again_either() -> None:
    scene = make_scene()
    scene.allowlist = supervisor.served_by({"kubernetes", "prometheus", "loki"}, ALLOW_LIST)
    await scene.start()

    found = await play(scene.events)

    assert len(scene.allowlist.specialists) < len(ALLOW_LIST.specialists)
    assert (found.differences, found.notes) == ((), ())


async def test_what_came_after_the_ruling_changes_nothing(scene: Scene) -> None:
    await scene.answer(Verdict.APPROVED)

    found = await play(scene.events)

    assert "write" in scene.modes()
    assert (found.differences, found.notes) == ((), ())
    assert not {event.kind for event in found.events} & {
        EventKind.ACTION_STARTED,
        EventKind.REPORT_WRITTEN,
    }


async def test_a_replay_asks_no_server_and_leaves_the_log_as_it_was(
    scene: Scene, tmp_path: Path
) -> None:
    log, asked = copy.deepcopy(scene.events), list(scene.toolbox.asked)

    found = await play(scene.events, with_policy(tmp_path, "allow"))

    assert found.now.end == "acts without asking"
    assert scene.events == log
    assert scene.toolbox.asked == asked


async def test_another_policy_makes_a_difference_in_the_ruling_and_in_nothing_else(
    scene: Scene, tmp_path: Path
) -> None:
    found = await play(scene.events, with_policy(tmp_path, "allow"))

    call = outcome.named(found.then.plans[-1].plan.actions[0].call)
    told = {(item.part, item.about): (item.then, item.now) for item in found.differences}
    assert {part for part, _ in told} == {"ruling", "end"}
    assert told["ruling", (call, "ruling")] == (Ruling.ASK, Ruling.ALLOW)
    assert told["ruling", (call, "rule")][1] == "all"
    assert told["end", ()] == ("asks an approver", "acts without asking")


async def test_a_plan_that_policy_now_denies_is_told_with_what_is_left_to_people(
    scene: Scene, tmp_path: Path
) -> None:
    found = await play(scene.events, with_policy(tmp_path, "deny"))

    now = found.now.view()
    assert list(now["denied before"]) == ["undo the release"]
    assert now["ruling"] == {}
    assert now["end"].startswith("plans nothing: ")


async def test_a_step_that_was_never_rehearsed_is_named_and_not_ruled_on(scene: Scene) -> None:
    log = [event for event in scene.events if event.payload.get("mode") != "rehearse"]

    found = await play(log)

    call = found.then.plans[-1].plan.actions[0].call
    assert found.now.unrehearsed == call
    assert (found.now.view()["plan"], found.now.view()["ruling"]) == ({}, {})
    assert found.notes[-1].startswith(f"was not rehearsed then: {outcome.named(call)}")


async def test_without_a_piece_of_evidence_it_comes_to_what_a_run_without_it_comes_to(
    scene: Scene,
) -> None:
    other = make_scene()
    other.toolbox.on("kubernetes", HISTORY, unreachable())
    await other.start()
    taken = {
        event.payload["evidence"]["id"]
        for event in scene.events
        if event.kind is EventKind.EVIDENCE_ADDED
        and event.payload["evidence"]["call"]["tool"] == HISTORY
    }
    log = [
        changed(event, status="unreachable", evidence_id=None, reason="connection refused")
        if event.payload.get("evidence_id") in taken
        else event
        for event in scene.events
        if event.kind is not EventKind.EVIDENCE_ADDED
        or event.payload["evidence"]["id"] not in taken
    ]

    found = await play(log)

    assert taken
    assert found.differences
    assert found.now.view()["causes"] == outcome.read(other.events).view()["causes"]
    assert found.now.view()["plan"] == outcome.read(other.events).view()["plan"]


async def test_what_a_model_said_is_heard_again_and_nobody_is_asked() -> None:
    scene, mind = consulted(lambda scene: saying(scene, "cpu_throttling", "entry"))
    await scene.start()

    found = await play(scene.events)

    assert len(mind.asked) == 1
    assert found.now.opinion is not None
    assert found.now.opinion.causes[0].fault_class == "cpu_throttling"
    assert found.differences == ()


async def test_what_memory_told_is_told_again() -> None:
    scene = make_scene()
    scene.memory = FakeMemory((past(scene),))
    await scene.start()

    found = await play(scene.events)

    kinds = [
        event.payload["evidence"]["kind"]
        for event in found.events
        if event.kind is EventKind.EVIDENCE_ADDED
    ]
    assert "memory.past_incidents" in kinds
    assert found.differences == ()


async def test_a_cause_that_was_dismissed_while_the_run_waited_is_dismissed_again(
    scene: Scene,
) -> None:
    plan = scene.payloads(EventKind.PLAN_PROPOSED)[0]["plan"]
    dismissal = Dismissal(
        object=plan["cause_object"], fault_class=FaultClass(plan["fault_class"]), reason="fine"
    )
    dismissed = EventDraft(
        actor="ada",
        kind=EventKind.CAUSE_DISMISSED,
        payload={"dismissal": dismissal.model_dump(mode="json"), "reason": "fine"},
        step_key="cause_dismissed:1",
    )
    await scene.journal.append(scene.id, dismissed)
    await scene.answer(Verdict.EXPIRED)

    found = await play(scene.events)

    assert found.then.view()["conclusion"]["dismissed"]
    assert found.differences == ()


async def test_an_alert_that_joined_while_specialists_looked_is_seen_when_they_are_done() -> None:
    scene = make_scene()

    def join(_call: ToolCall) -> ToolResult:
        first = scene.incidents.incident.alerts[0]
        late = first.model_copy(update={"name": "HighLatency", "fingerprint": "f2"})
        alerts = (first, late)
        scene.incidents.incident = scene.incidents.incident.model_copy(update={"alerts": alerts})
        return no_data()

    scene.toolbox.on("loki", "error_patterns", join)
    await scene.start()

    found = await play(scene.events)

    [begun] = scene.payloads(EventKind.RUN_STARTED)
    ranked = scene.payloads(EventKind.CAUSES_RANKED)
    kept = [payload["incident"] for payload in (begun, *ranked) if "incident" in payload]
    assert [len(incident["alerts"]) for incident in kept] == [1, 2]
    [action] = found.now.plans[-1].plan.actions
    assert "HighLatency" in action.verification.alert_names
    assert found.differences == ()


async def test_another_incident_that_became_part_of_this_one_does_not_end_it(
    scene: Scene,
) -> None:
    joined = EventDraft(
        actor="platform",
        kind=EventKind.MERGED,
        payload={"incident_id": "inc-0", "into": scene.id, "reason": "the same cause"},
        step_key="merged:inc-0",
    )
    await scene.journal.append(scene.id, joined)

    found = await play(scene.events)

    assert found.then.merged_into == ""
    assert found.differences == ()
