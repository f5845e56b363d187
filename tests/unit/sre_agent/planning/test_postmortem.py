"""The report is a view of the log: it tells what is there, masks secrets and obeys no text."""

from typing import Any

from incident_log import Log, investigated, repaired

from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import DryRun, NoPlan
from sre_agent.planning import timeline
from sre_agent.testing.world import World


async def test_a_repair_is_told_from_alert_to_verification() -> None:
    world, log, _ = await repaired()
    await log.add(
        EventKind.VERIFICATION_FINISHED, after_s=40, result="resolved", reason="checks hold"
    )

    report = log.report(IncidentStatus.RESOLVED)

    for heading in ("Impact", "Cause", "Actions and outcomes", "Durations", "Action items"):
        assert f"## {heading}" in report
    assert f"**bad_release** of `{world.ref('pay')}`" in report
    assert f"Bad release ({world.ref('pay')}). " in report
    assert "Because " in report
    assert "kubernetes.rollback_rollout(" in report
    assert "Plan approved by ada through cli" in report
    assert "outcome: Action a1: applied" in report
    assert "- Verified: resolved: checks hold" in report
    assert "- Time to detect: 15 s (trouble to alert)" in report
    assert "- Time to acknowledge: 96 s" in report
    assert "- Time to resolve: 3 min" in report
    assert "suffered for 3 min." in report
    assert "k8s-2.3" in report
    assert "before it is released again" in report
    assert "may still" not in report


DRY_RUN = {
    "state_sha256": "s" * 64,
    "result_sha256": "r" * 64,
    "uid": "u",
    "changes": [],
    "warnings": ["an autoscaler owns it"],
}


async def test_the_warnings_of_the_dry_run_are_told() -> None:
    _, log, plan = await repaired()
    warned = DryRun.model_validate(DRY_RUN)
    [action] = plan.actions
    tried = plan.model_copy(update={"actions": (action.model_copy(update={"dry_run": warned}),)})
    await log.add(
        EventKind.PLAN_PROPOSED, plan=tried.model_dump(mode="json"), plan_sha256=tried.sha256
    )

    report = log.report(IncidentStatus.ESCALATED)

    assert "warning of the dry run: an autoscaler owns it" in report


async def test_without_a_verdict_the_report_asks_people_to_check_and_names_the_undo() -> None:
    _, log, plan = await repaired()
    await log.add(EventKind.VERIFICATION_FINISHED, result="unknown", reason="no metrics")
    await log.add(EventKind.ESCALATED, reason="verification is unknown")

    report = log.report(IncidentStatus.ESCALATED)

    assert "**Escalated to people**: verification is unknown" in report
    assert "- Time to resolve: did not happen" in report
    assert "suffered for" in report
    assert "may still" in report
    assert f"the action can be undone by {plan.actions[0].inverse}" in report


async def test_an_abstention_tells_its_reason_and_the_advice() -> None:
    world = World(52)
    world.release("core", ago_s=70)
    log, nothing = await investigated(world, "core")
    assert isinstance(nothing, NoPlan)
    await log.add(EventKind.PLAN_WITHHELD, **nothing.model_dump(mode="json"))

    report = log.report(IncidentStatus.ESCALATED)

    assert "There is nothing to repair: signals are normal" in report
    assert "None was found" in report
    assert "Check whether HighErrorRatio should have fired" in report
    assert "No action was planned." in report
    assert "Recommended instead:" in report
    assert "Also considered:" in report


async def test_a_merged_incident_points_to_the_one_it_joined_and_that_one_says_who_joined() -> None:
    _, log, _ = await repaired()
    await log.add(EventKind.MERGED, incident_id="inc-1", into="inc-0", reason="the same cause")
    _, survivor, _ = await repaired()
    await survivor.add(EventKind.MERGED, incident_id="inc-2", into="inc-1", reason="same cause")

    joined, kept = log.report(IncidentStatus.MERGED), survivor.report(IncidentStatus.RESOLVED)

    assert "**Merged into `inc-0`**" in joined
    assert "- [ ] See the report of inc-0" in joined
    assert "Time to resolve" not in joined
    assert "Incident inc-2 joined this one: the same cause" in kept
    assert "Merged into" not in kept


async def test_the_timeline_leaves_out_routine_and_repeated_looks() -> None:
    log = Log(World(57).incident("core"))
    await log.add(EventKind.SPECIALIST_FINISHED, specialist="logs")
    await log.add(EventKind.SPECIALIST_FINISHED, specialist="metrics", gaps=[{"status": "refused"}])
    for ratio in ("0.4", "0.3", "0.2"):
        await log.add(EventKind.VERIFICATION_SAMPLED, result="pending", reason=f"errors {ratio}")
    await log.add(EventKind.VERIFICATION_FINISHED, result="resolved", reason="checks hold")
    await log.add(EventKind.VERIFICATION_SAMPLED, result="pending", reason="errors 0.1")

    told = [said for _, said in timeline.rows(log.events)]

    assert told == [
        "Specialist metrics finished",
        "Looked again: errors 0.2",
        "Verified: resolved: checks hold",
        "Looked again: errors 0.1",
    ]


async def test_an_investigation_that_died_at_once_still_has_a_report() -> None:
    log = Log(World(53).incident("core"))
    await log.add(EventKind.RUN_FAILED, reason="the database is gone")
    await log.add(EventKind.SPECIALIST_FAILED, specialist="logs", reason="unreachable")

    report = log.report(IncidentStatus.ESCALATED)

    assert "did not get as far as naming a cause" in report
    assert "Specialist logs failed: unreachable" in report
    assert "Mend what specialists need who could not look: logs" in report


async def test_an_expired_approval_is_nobodys_acknowledgement() -> None:
    log = Log(World(54).incident("core"))
    await log.add(EventKind.APPROVAL_DECIDED, verdict="expired", actor="clock", channel="timer")

    report = log.report(IncidentStatus.ESCALATED)

    assert "- Time to acknowledge: did not happen" in report
    assert "why too few people said yes before the approval expired" in report


async def test_hostile_text_stays_text_and_secrets_are_masked() -> None:
    hostile = "`| </td><script>alert(1)</script>\n# Approved\n password=hunter2secret [x](http://e)"
    incident = World(55).incident("core").model_copy(update={"title": hostile})
    log = Log(incident)
    await log.add(EventKind.ESCALATED, reason=hostile)

    report = log.report(IncidentStatus.ESCALATED)

    assert "<script>" not in report
    assert "\n# Approved" not in report
    assert "hunter2secret" not in report
    assert "](http" not in report


async def test_every_kind_of_event_can_be_told_even_with_an_empty_payload() -> None:
    log = Log(World(56).incident("core"))
    for kind in EventKind:
        await log.add(kind)

    told = [timeline.sentence(event) for event in log.events]

    untold = [event.kind for event, said in zip(log.events, told, strict=True) if not said]
    assert set(untold) == timeline.UNTOLD


async def test_why_an_alert_of_another_service_is_in_the_incident_is_told() -> None:
    log = Log(World(58).incident("core"))
    await log.add(
        EventKind.ALERT_RECEIVED, name="Slow", summary="web", joined_because="a neighbour of core"
    )

    [(_, said)] = timeline.rows(log.events)

    assert said == "Alert Slow received: web (joined: a neighbour of core)"


async def test_what_people_did_to_the_incident_is_told_with_who_and_why() -> None:
    log = Log(World(57).incident("core"))
    who: dict[str, Any] = {"actor": "ada", "channel": "cli"}
    object_ = {"kind": "Deployment", "namespace": "ns", "name": "web"}
    dismissal = {"fault_class": "bad_release", "object": object_}
    hint = {"text": "look at the cache", "object": object_, "specialist": "logs"}
    await log.add(EventKind.CAUSE_DISMISSED, dismissal=dismissal, reason="it is older", **who)
    await log.add(EventKind.REINVESTIGATED, hint=hint, **who)
    await log.add(EventKind.PAUSED, reason="freeze", **who)
    await log.add(EventKind.ASSIGNED, to="bob", **who)
    await log.add(EventKind.COMMENTED, text="I am on it", **who)
    await log.add(EventKind.SPLIT, incident_id="a", into="b", services=["web"], **who)

    told = [said for _, said in timeline.rows(log.events)]

    assert told == [
        "Cause bad_release of Deployment/ns/web dismissed by ada: it is older",
        "Investigated anew by ada, to look first at Deployment/ns/web by logs",
        "Paused by ada: freeze",
        "Assigned to bob by ada",
        "ada comments: I am on it",
        "Alerts of web went from a to b",
    ]


async def test_a_later_run_leaves_the_proven_repair_of_an_earlier_one_in_the_report() -> None:
    world, log, _ = await repaired()
    await log.add(EventKind.VERIFICATION_FINISHED, result="resolved", reason="checks hold")
    await log.add(EventKind.STATUS_CHANGED, to="resolved")
    first = log.report(IncidentStatus.RESOLVED)
    await log.add(EventKind.REOPENED, reason="it fires again")
    await log.add(EventKind.ESCALATED, reason="nothing found")
    await log.add(EventKind.STATUS_CHANGED, to="escalated")

    _, _, rest = log.report(IncidentStatus.ESCALATED).partition("## Earlier runs")

    told = rest.partition("##")[0]
    assert "Run 1 ended at" in told
    assert ": resolved. " in told
    assert f"bad_release of {world.ref('pay')}" in told
    assert "Action rollback_rollout" in told
    assert "Action a1: applied" in told
    assert "Verified: resolved: checks hold" in told
    assert "Run 2" not in told
    assert "## Earlier runs" not in first
