"""A run, from the first look to the report: every way it can go, and that each is loud."""

import pytest
from langgraph.types import Command
from run_scene import Scene, make_scene

from sre_agent.domain.events import EventDraft, EventKind, chain
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import Limits
from sre_agent.testing.toolbox import no_data, ok, refused, unreachable


@pytest.fixture
def scene() -> Scene:
    return make_scene()


async def test_nothing_is_written_before_the_approval(scene: Scene) -> None:
    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert "write" not in scene.modes()
    assert scene.modes().count("rehearse") == 1


async def test_an_approved_plan_is_carried_out_once_and_verified(scene: Scene) -> None:
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert scene.modes().count("write") == 1
    assert scene.toolbox.asked[[*scene.modes()].index("write")].grant == "token-1"
    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert finished["result"] == "resolved"
    assert "rolled back" in scene.incidents.reports[scene.id]
    assert chain().follow(scene.events) is None


async def test_an_early_resume_without_a_decision_keeps_waiting(scene: Scene) -> None:
    await scene.start()

    await scene._invoke(Command(resume=True))

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert "write" not in scene.modes()
    assert len(scene.payloads(EventKind.APPROVAL_REQUESTED)) == 1


@pytest.mark.parametrize(
    ("verdict", "reason", "said"),
    [
        (Verdict.REJECTED, "not now", "ada rejected the plan: not now"),
        (
            Verdict.EXPIRED,
            "1 of 2 people said yes in time",
            "the request for approval expired: 1 of 2 people said yes in time",
        ),
    ],
)
async def test_a_plan_without_a_yes_is_escalated(
    scene: Scene, verdict: Verdict, reason: str, said: str
) -> None:
    await scene.start()

    await scene.answer(verdict, reason)

    assert said in scene.escalation
    assert "Stop further releases of " in scene.escalation, "the playbook says what to do now"
    assert "write" not in scene.modes()


async def test_a_denied_plan_is_escalated_without_asking_anyone(scene: Scene) -> None:
    protected = scene.world.incident("core").model_copy(update={"namespace": "kube-system"})
    scene.world.namespace = "kube-system"
    scene.incidents.incident = protected

    await scene.start()

    assert "policy denies" in scene.escalation
    assert not scene.payloads(EventKind.APPROVAL_REQUESTED)
    assert "write" not in scene.modes()


async def test_a_signer_that_refuses_stops_the_write(scene: Scene) -> None:
    scene.signer.refusal = "the approval is too old"
    await scene.start()

    await scene.answer(Verdict.APPROVED)

    assert "the approval is too old" in scene.escalation
    assert "write" not in scene.modes()


async def test_the_kill_switch_stops_an_approved_write(scene: Scene) -> None:
    await scene.start()
    scene.incidents.halted = "halted by eve: drill"

    await scene.answer(Verdict.APPROVED)

    assert "halted by eve" in scene.escalation
    assert "write" not in scene.modes()
    assert not scene.signer.minted


async def test_a_refused_write_is_escalated_with_the_reason(scene: Scene) -> None:
    await scene.start()
    scene.toolbox.on_write("kubernetes", "rollback_rollout", refused("forbidden", "not here"))

    await scene.answer(Verdict.APPROVED)

    assert "forbidden" in scene.escalation
    assert "not here" in scene.escalation


async def test_a_write_nobody_answers_is_unknown_never_done(scene: Scene) -> None:
    await scene.start()
    scene.toolbox.on_write("kubernetes", "rollback_rollout", unreachable())

    await scene.answer(Verdict.APPROVED)

    assert "unknown whether" in scene.escalation
    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert finished["outcome"] == "unknown"
    grants = {asked.grant for asked in scene.toolbox.asked if asked.mode == "write"}
    assert grants == {"token-1"}


async def test_a_lost_answer_is_asked_for_again_with_the_same_grant(scene: Scene) -> None:
    await scene.start()
    replies = [unreachable(), ok({"outcome": "already_applied", "detail": "done before"})]
    scene.world.release("core", ago_s=0)
    scene.toolbox.on_write("kubernetes", "rollback_rollout", lambda _call: replies.pop(0))

    await scene.answer(Verdict.APPROVED)

    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    assert finished["outcome"] == "already_applied"
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


@pytest.mark.parametrize("code", ["malformed_answer", "internal_error", "outcome_unknown"])
async def test_a_write_that_broke_on_the_way_is_asked_again_then_unknown(
    scene: Scene, code: str
) -> None:
    await scene.start()
    scene.toolbox.on_write("kubernetes", "rollback_rollout", refused(code, "gibberish"))

    await scene.answer(Verdict.APPROVED)

    assert "unknown whether" in scene.escalation
    assert scene.modes().count("write") == Limits().write_attempts


def _bears(grant_id: str) -> ToolResult:
    marks = f'[{{"id":"{grant_id}","tool":"rollback_rollout","at":"","detail":"revision 1"}}]'
    return ok({"manifest": {"metadata": {"annotations": {"sre-agent.io/grants": marks}}}})


@pytest.mark.parametrize(
    ("grant_id", "status"),
    [("grt-1", IncidentStatus.RESOLVED), ("grt-9", IncidentStatus.ESCALATED)],
)
async def test_a_halt_between_attempts_stops_them_and_the_target_tells_what_was_done(
    scene: Scene, grant_id: str, status: IncidentStatus
) -> None:
    await scene.start()
    scene.toolbox.on("kubernetes", "get_resource", _bears(grant_id))

    def reply(_: ToolCall) -> ToolResult:
        scene.incidents.halted = "halted by eve: drill"
        scene.world.release("core", ago_s=0)
        return unreachable()

    scene.toolbox.on_write("kubernetes", "rollback_rollout", reply)

    await scene.answer(Verdict.APPROVED)

    assert scene.modes().count("write") == 1
    assert scene.incidents.incident.status is status
    [finished] = scene.payloads(EventKind.ACTION_FINISHED)
    done = status is IncidentStatus.RESOLVED
    assert finished["outcome"] == ("already_applied" if done else "unknown")


@pytest.mark.parametrize("is_halted", [True, False])
async def test_an_action_begun_before_a_crash_is_never_called_undone(
    scene: Scene, *, is_halted: bool
) -> None:
    await scene.start()
    begun = EventDraft(
        actor="executor",
        kind=EventKind.ACTION_STARTED,
        payload={"action_id": "a1", "grant_id": "grt-1"},
        step_key="action_started:a1",
    )
    await scene.journal.append(scene.id, begun)
    scene.incidents.halted = "halted by eve: drill" if is_halted else None
    scene.signer.refusal = "the approval is too old"

    await scene.answer(Verdict.APPROVED)

    assert "unknown whether" in scene.escalation
    assert "grt-1" in scene.escalation
    assert "write" not in scene.modes()


async def test_an_alert_that_joins_late_must_be_gone_as_well(scene: Scene) -> None:
    await scene.start()
    [first] = scene.incidents.incident.alerts
    late = first.model_copy(update={"name": "Late", "fingerprint": "f2"})
    joined = scene.incidents.incident.model_copy(update={"alerts": (first, late)})
    scene.incidents.incident = joined
    active = {"name": "Late", "state": "firing", "labels": late.labels}
    scene.toolbox.on(
        "prometheus",
        "list_alerts",
        lambda _call: ok({"alerts": [active]}, observed_at=scene.world.now),
    )

    await scene.answer(Verdict.APPROVED)

    assert "Late (firing)" in scene.escalation


async def test_silence_after_the_action_is_unknown_never_resolved(scene: Scene) -> None:
    await scene.start()
    scene.toolbox.on("prometheus", "golden_signals", no_data())

    await scene.answer(Verdict.APPROVED)

    assert "unknown whether the repair helped" in scene.escalation
    assert "rollback_rollout" in scene.escalation, "the way back is told"


async def test_a_blind_specialist_costs_its_evidence_and_is_named(scene: Scene) -> None:
    scene.toolbox.on("loki", "error_patterns", unreachable("loki is down"))

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    failed = scene.payloads(EventKind.SPECIALIST_FAILED)
    assert failed
    assert {item["specialist"] for item in failed} == {"logs"}
    assert "loki is down" in failed[0]["reason"]


async def test_what_nobody_could_answer_is_not_asked_round_after_round(scene: Scene) -> None:
    scene.toolbox.on("loki", "error_patterns", unreachable("loki is down"))
    scene.toolbox.on("kubernetes", "rollout_history", unreachable("it hangs"))
    scene.toolbox.on("kubernetes", "describe_workload", unreachable("it hangs"))

    await scene.start()

    ranked = scene.payloads(EventKind.CAUSES_RANKED)
    assert ranked[-1]["diagnosis"]["questions"], "something is left that nobody can answer"
    rounds = {item["round"] for item in scene.payloads(EventKind.TOOL_CALLED)}
    assert {item["round"] for item in ranked} == rounds, "each round asks something"


async def test_an_incident_whose_target_is_claimed_joins_the_holder(scene: Scene) -> None:
    holder = IncidentId("inc-other")
    scene.incidents.claims[str(scene.world.ref("core"))] = holder

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.MERGED
    [merged] = scene.payloads(EventKind.MERGED)
    assert merged["into"] == holder
    assert scene.id in scene.incidents.reports
    assert scene.modes().count("rehearse") == 0


async def test_a_dry_run_that_fails_withholds_the_plan(scene: Scene) -> None:
    scene.toolbox.on("kubernetes", "rollback_rollout", refused("not_found", "no such revision"))

    await scene.start()

    assert "no such revision" in scene.escalation
    assert not scene.payloads(EventKind.PLAN_PROPOSED)


async def test_an_incident_that_ended_is_left_alone(scene: Scene) -> None:
    ended = scene.incidents.incident.model_copy(update={"status": IncidentStatus.RESOLVED})
    scene.incidents.incident = ended

    await scene.start()

    assert not scene.toolbox.asked
    assert scene.id not in scene.journal.events
