"""What was planned and done is told with its reasons, and what is left to do."""

from typing import Any

import pytest
from incident_log import Log, repaired

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import DryRun, Plan
from sre_agent.domain.plan_reasons import Choice, RunbookCitation
from sre_agent.domain.tools import ToolCall

CITATION = RunbookCitation(
    id="r",
    title="When it fails",
    source="folder",
    url="https://runbooks.example/r",
    owner="team-a",
    last_validated="2020-01-01",
    age_days=400,
    is_stale=True,
    reason="it is about bad_release",
    evidence_id=EvidenceId("run-1.1"),
)


async def propose(log: Log, plan: Plan) -> None:
    dumped = plan.model_dump(mode="json")
    await log.add(EventKind.PLAN_PROPOSED, plan=dumped, plan_sha256=plan.sha256)


async def test_the_playbook_its_step_and_the_runbook_are_told() -> None:
    _, log, plan = await repaired()
    assert plan.choice
    choice = plan.choice.model_copy(update={"passed_over": ("wait: it is not so that it heals",)})
    told = plan.model_copy(update={"runbook": CITATION, "choice": choice})
    await propose(log, told)

    report = log.report(IncidentStatus.RESOLVED)

    assert f"- Playbook {plan.playbook} ({plan.choice.title})" in report
    assert "- Passed over step wait: it is not so that it heals" in report
    assert "- Step 'undo the release' holds: " in report
    assert "- Runbook 'When it fails' (https://runbooks.example/r, kept by team-a" in report
    assert "- Warning: runbook 'When it fails' is stale: last validated 400 days ago" in report
    assert "step 'undo the release': " in report
    assert "runbook 'When it fails' (stale)" in report


async def test_a_stale_runbook_is_to_be_validated_and_a_missing_one_to_be_written() -> None:
    _, log, plan = await repaired()
    missing = log.report(IncidentStatus.RESOLVED)

    await propose(log, plan.model_copy(update={"runbook": CITATION}))
    stale = log.report(IncidentStatus.RESOLVED)

    assert "- [ ] Write a runbook for bad_release of" in missing
    assert "- [ ] Go through it with team-a and validate it: runbook" in stale
    assert "Write a runbook" not in stale


@pytest.mark.parametrize(
    ("tool", "result", "is_asked"),
    [
        ("set_resources", "resolved", True),
        ("set_env", "resolved", True),
        ("set_resources", "unknown", False),
        ("rollback_rollout", "resolved", False),
    ],
)
async def test_what_the_next_release_would_undo_is_to_be_written_down(
    tool: str, result: str, *, is_asked: bool
) -> None:
    _, log, plan = await repaired()
    [action] = plan.actions
    changed: dict[str, Any] = {
        "call": ToolCall(server="kubernetes", tool=tool, arguments={}),
        "dry_run": DryRun(state_sha256="s", result_sha256="r", uid="u", changes=("32Mi -> 64Mi",)),
    }
    await propose(log, plan.model_copy(update={"actions": (action.model_copy(update=changed),)}))
    await log.add(EventKind.VERIFICATION_FINISHED, result=result, reason="so it is")

    report = log.report(IncidentStatus.RESOLVED)

    assert ("32Mi -> 64Mi): the next release would undo it" in report) is is_asked


async def test_what_people_have_to_act_on_is_not_cut_short() -> None:
    _, log, _ = await repaired()
    await log.add(EventKind.ESCALATED, reason="because " * 60 + "of the last word")

    report = log.report(IncidentStatus.ESCALATED)

    told = [line for line in report.splitlines() if line.endswith("of the last word")]
    assert len(told) == 2, "at the head and among the action items"


async def test_what_a_person_asked_for_is_told_without_a_step_that_it_has_not() -> None:
    _, log, plan = await repaired()
    choice = Choice(title="Asked for by a person", why="ann asks for it", step="", condition="")
    await propose(log, plan.model_copy(update={"playbook": "manual", "choice": choice}))

    report = log.report(IncidentStatus.RESOLVED)

    assert "- Playbook manual (Asked for by a person): ann asks for it\n" in report
    assert "tep ''" not in report
