"""A commit that broke something is taken back, merged and seen deployed; what stops that is told."""

from typing import Any

import pytest
from forge_scene import COMMIT, DEPLOY_S, PATCH, ForgeScene, forge_scene, no

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.domain.tools import ToolResult
from sre_agent.graph.context import Limits
from sre_agent.testing.toolbox import unreachable

BOTH = ["rollback_rollout", "create_revert_pr", "merge_pull_request"]
CONFLICT = no(
    "revert_conflict",
    "a revert conflicts with later work: app.py: the same lines (last changed by barbara)",
)


@pytest.fixture
def scene() -> ForgeScene:
    return forge_scene()


def tools(plan: dict[str, Any]) -> list[str]:
    return [item["call"]["tool"] for item in plan["actions"]]


async def approved(scene: ForgeScene) -> ForgeScene:
    await scene.start()
    await scene.answer(Verdict.APPROVED)
    return scene


async def test_it_is_rolled_back_taken_back_merged_and_closed_once_that_is_deployed(
    scene: ForgeScene,
) -> None:
    await approved(scene)

    assert scene.writes == BOTH
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert len(scene.payloads(EventKind.APPROVAL_REQUESTED)) == 1
    [finished] = scene.payloads(EventKind.VERIFICATION_FINISHED)
    assert any("came after the merge" in check for check in finished["checks"])
    sampled = [item["reason"] for item in scene.payloads(EventKind.VERIFICATION_SAMPLED)]
    assert any("no rollout of" in reason for reason in sampled), "it waited for the deploy"


async def test_one_approval_is_for_the_patch_that_was_shown(scene: ForgeScene) -> None:
    await scene.start()

    [proposed] = scene.proposed
    merge = proposed["actions"][-1]
    assert tools(proposed) == BOTH
    assert merge["call"]["arguments"]["patch_sha256"] == PATCH
    assert merge["call"]["arguments"]["without_checks"] == ""
    assert (merge["risk"], merge["target"]["kind"]) == ("high", "Repository")
    assert Plan.model_validate(proposed).depending_on([ActionId("a2")]) == ("a2", "a3")


async def test_where_no_check_ever_runs_the_plan_says_so(scene: ForgeScene) -> None:
    scene.forge.checks = "*"

    await scene.start()

    assert scene.proposed[0]["actions"][-1]["call"]["arguments"]["without_checks"] == "*"


async def test_merged_and_never_deployed_is_unknown_however_good_the_signals_are(
    scene: ForgeScene,
) -> None:
    scene.forge.deploys = False
    scene.limits = Limits(sample_interval_s=60)

    await approved(scene)

    assert "it is unknown whether the repair helped" in scene.escalation
    assert "has come since the merge" in scene.escalation


async def test_left_to_the_rollback_alone_nobody_waits_for_a_deploy(scene: ForgeScene) -> None:
    await scene.start()
    plan = Plan.model_validate(scene.proposed[0])
    left = scene.incidents.decide
    left(Verdict.APPROVED)
    [(key, decision)] = scene.incidents.decisions.items()
    without = {"without": plan.depending_on([plan.actions[1].id])}
    scene.incidents.decisions[key] = decision.model_copy(update=without)

    await scene.resume()

    assert scene.writes == ["rollback_rollout"]
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED


async def test_checks_that_are_not_done_are_waited_for_without_asking_again(
    scene: ForgeScene,
) -> None:
    pending = no("checks_pending", "checks are not done: unit")
    expired = no("grant_expired", "the grant expired 30 s ago")
    scene.forge.refusals["merge_pull_request"] = [pending, pending, expired, pending, expired]

    await approved(scene)

    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert len(scene.payloads(EventKind.APPROVAL_REQUESTED)) == 1
    assert scene.writes.count("merge_pull_request") == 6
    [told] = scene.payloads(EventKind.BRAKED)
    assert "checks are not done: unit" in told["reason"]


async def test_the_wait_for_checks_ends(scene: ForgeScene) -> None:
    pending = no("checks_pending", "checks are not done: unit")
    scene.forge.refusals["merge_pull_request"] = [pending] * 500
    began = scene.clock.now()

    await approved(scene)

    waited_s = (scene.clock.now() - began).total_seconds()
    assert Limits().checks_patience_s <= waited_s <= Limits().checks_patience_s + 100
    assert "(checks_pending): checks are not done: unit" in scene.escalation
    assert "merge it by hand once they are green" in scene.escalation


async def test_a_grant_that_never_lasts_is_not_renewed_for_ever(scene: ForgeScene) -> None:
    expired = no("grant_expired", "the grant expired 30 s ago")
    pending = no("checks_pending", "checks are not done: unit")
    scene.forge.refusals["merge_pull_request"] = [pending, *[expired] * 500]

    await approved(scene)

    assert "grant_expired" in scene.escalation
    assert scene.writes.count("merge_pull_request") < 10


@pytest.mark.parametrize(
    ("tool", "refusal", "told"),
    [
        ("create_revert_pr", no("forbidden", "contents=write"), "its writing credential"),
        ("create_revert_pr", no("branch_taken", "it is there"), "is somebody else's"),
        ("merge_pull_request", no("head_moved", "#7 holds something else"), "nothing was merged"),
        ("merge_pull_request", no("checks_failed", "checks failed: unit"), "see why its checks"),
        ("merge_pull_request", no("not_mergeable", "a review is wanted"), "branch's protection"),
        ("merge_pull_request", no("rate_limited", "until 12:00"), "takes no more requests"),
    ],
    ids=lambda value: value.code if isinstance(value, ToolResult) else "",
)
async def test_what_the_forge_refuses_is_escalated_with_what_to_do_and_what_stands(
    scene: ForgeScene, tool: str, refusal: ToolResult, told: str
) -> None:
    scene.forge.refusals[tool] = [refusal] * 100

    await approved(scene)

    assert refusal.reason in scene.escalation
    assert told in scene.escalation
    assert "Done: kubernetes.rollback_rollout(" in scene.escalation
    assert f"Not done: github.{tool}(" in scene.escalation or "Not done: " in scene.escalation
    assert tool not in scene.forge.done


async def test_files_that_changed_before_the_merge_are_told_and_not_merged(
    scene: ForgeScene,
) -> None:
    changed = no("state_changed", "main changed in files that the revert touches")
    scene.forge.refusals["merge_pull_request"] = [changed]
    await scene.start()
    scene.toolbox.on_write("github", "create_revert_pr", lambda call: _moved(scene, changed, call))

    await scene.answer(Verdict.APPROVED)

    assert "main changed in files" in scene.escalation
    assert "Later work touches the same files" in scene.escalation
    assert "merge_pull_request" not in scene.forge.done


async def test_asked_anew_the_merge_is_for_what_is_found_then(scene: ForgeScene) -> None:
    await scene.start()
    scene.forge.patch = "q" * 64

    await scene.answer(Verdict.APPROVED)

    before, anew = scene.proposed
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL
    assert before["actions"][-1]["call"]["arguments"]["patch_sha256"] == PATCH
    assert anew["actions"][-1]["call"]["arguments"]["patch_sha256"] == "q" * 64
    assert scene.writes == []


def _moved(scene: ForgeScene, changed: ToolResult, call: Any) -> ToolResult:
    """Make the pull request, after which the base changes."""
    scene.forge.planned["merge_pull_request"] = changed
    return scene.forge.answer(call)


async def test_a_conflict_is_never_forced_but_rolled_back_with_an_issue_that_names_it(
    scene: ForgeScene,
) -> None:
    scene.forge.planned["create_revert_pr"] = CONFLICT

    await approved(scene)

    assert scene.writes == ["rollback_rollout", "create_issue"]
    [issue] = scene.forge.issues
    assert COMMIT in issue["body"]
    assert "app.py: the same lines (last changed by barbara)" in issue["body"]
    [proposed] = scene.proposed
    assert any("barbara" in step for step in proposed["choice"]["passed_over"])
    assert "the next deploy brings the fault back" in proposed["choice"]["warnings"][0]
    assert "the next deploy brings the fault back" in scene.incidents.reports[scene.id]
    rehearsed = [item.call.tool for item in scene.toolbox.asked if item.mode == "rehearse"]
    assert rehearsed.count("create_revert_pr") == 1, "what was refused is not asked for again"


async def test_who_keeps_the_rollback_alone_reads_that_the_commit_stays(scene: ForgeScene) -> None:
    await scene.start()
    left_out = [action["id"] for action in scene.proposed[0]["actions"][1:]]

    await scene.answer(Verdict.APPROVED, without=left_out)

    assert scene.writes == ["rollback_rollout"]
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    assert "the next deploy brings the fault back" in scene.incidents.reports[scene.id]


async def test_a_conflict_with_nothing_to_roll_back_to_is_escalated_with_files_and_authors() -> (
    None
):
    scene = forge_scene(previous_revision=None)
    scene.forge.planned["create_revert_pr"] = CONFLICT

    await scene.start()

    assert "app.py: the same lines (last changed by barbara)" in scene.escalation
    assert f"Take commit {COMMIT[:12]} of acme/store back by hand" in scene.escalation
    assert scene.writes == []


@pytest.mark.parametrize(
    "refusal",
    [
        no("not_configured", "github is not configured for it"),
        no("rate_limited", "GitHub's rate limit is used up"),
        unreachable("the forge is away"),
    ],
    ids=["nobody may write", "rate limit", "away"],
)
async def test_a_forge_that_cannot_be_written_to_keeps_nobody_from_rolling_back(
    scene: ForgeScene, refusal: ToolResult
) -> None:
    scene.forge.planned = dict.fromkeys(("create_revert_pr", "create_issue"), refusal)

    await approved(scene)

    assert scene.writes == ["rollback_rollout"]
    assert scene.incidents.incident.status is IncidentStatus.RESOLVED
    [proposed] = scene.proposed
    assert "the next deploy brings the fault back" in proposed["choice"]["warnings"][0]
    assert any(refusal.reason in step for step in proposed["choice"]["passed_over"])


async def test_a_cluster_that_is_away_is_no_reason_to_merge_something_instead(
    scene: ForgeScene,
) -> None:
    scene.toolbox.on("kubernetes", "rollback_rollout", unreachable("it hangs"))

    await scene.start()

    assert "it hangs" in scene.escalation
    assert scene.proposed == []


async def test_another_incident_of_the_same_commit_is_joined(scene: ForgeScene) -> None:
    scene.incidents.claims[f"Change/acme/store@{COMMIT}"] = IncidentId("inc-other")

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.MERGED


async def test_another_incident_of_the_same_repository_is_not(scene: ForgeScene) -> None:
    scene.incidents.claims["Repository/acme/store"] = IncidentId("inc-other")

    await scene.start()

    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL


async def test_a_forge_is_looked_at_once_a_minute_while_a_deploy_is_waited_for(
    scene: ForgeScene,
) -> None:
    await approved(scene)

    at = [*scene.modes()][::-1].index("write")
    asked = [item.call.tool for item in scene.toolbox.asked[-at:] if item.mode == "rehearse"]
    assert 1 <= asked.count("merge_pull_request") <= DEPLOY_S / 60 + 2


async def test_a_forge_is_not_asked_again_and_again_while_people_think(scene: ForgeScene) -> None:
    await scene.start()
    asked = len(scene.toolbox.asked)

    await scene.resume()

    again = [item.call.tool for item in scene.toolbox.asked[asked:]]
    assert again == ["rollback_rollout"]
    assert scene.incidents.incident.status is IncidentStatus.AWAITING_APPROVAL


async def test_nobody_waits_for_checks_of_what_people_hold(scene: ForgeScene) -> None:
    pending = no("checks_pending", "checks are not done: unit")

    def refuse(_call: object) -> ToolResult:
        scene.incidents.halted = "halted by eve: drill"
        return pending

    await scene.start()
    scene.toolbox.on_write("github", "merge_pull_request", refuse)

    await scene.answer(Verdict.APPROVED)

    assert "halted by eve" in scene.escalation
    assert scene.writes.count("merge_pull_request") == 1
