"""What was merged is judged once a rollout came after it: until then nothing proves anything."""

from typing import Any

import pytest
from verification_answers import BAD, DONE, WHAT, after, answers

from sre_agent.domain.observations.kubernetes import Revision, Workload
from sre_agent.domain.tools import ToolResult
from sre_agent.planning import deployed, looks, verification
from sre_agent.planning.hold import Standing
from sre_agent.planning.looks import Look
from sre_agent.planning.verification import Outcome
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.toolbox import ok
from sre_agent.testing.world import World

AWAITING = WHAT.model_copy(update={"rollout_within_s": 600})


def workload(number: int, seconds: float) -> Workload:
    """Return a workload whose revision in force has a number and was made so long after the merge."""
    current = build.revision(number, f"svc-{number}", after(seconds), is_current=True)
    older = build.revision(number - 1, f"svc-{number - 1}", after(-9000))
    return _with(current, older)


def _with(*revisions: Revision) -> Workload:
    seen = views.workload(World(), "core")
    update = {"object": WHAT.object, "generation": 3, "observed_generation": 3}
    return seen.model_copy(
        update={**update, "replicas": build.replicas(2), "pods": (), "revisions": revisions}
    )


def said(seen: Workload, seconds: float) -> ToolResult:
    return ok(seen.model_dump(mode="json"), observed_at=after(seconds))


@pytest.mark.parametrize(
    ("now", "own", "standing"),
    [
        (workload(5, -600), 0, Standing.SILENT),
        (workload(6, 30), 0, Standing.GOOD),
        (workload(6, 0), 0, Standing.GOOD),
        # An image that was built before has its old ReplicaSet, under a new number.
        (workload(6, -600), 0, Standing.GOOD),
        # The rollback of the same plan is no deploy.
        (workload(6, -600), 1, Standing.SILENT),
        (workload(7, -600), 1, Standing.GOOD),
        (_with(), 0, Standing.SILENT),
    ],
    ids=["still", "made since", "made at once", "made before", "own", "after own", "unknown"],
)
def test_a_rollout_counts_that_is_newer_than_the_merge_and_not_our_own(
    now: Workload, own: int, standing: Standing
) -> None:
    assert deployed.judge(now, workload(5, -600), DONE, own).check.standing is standing


def test_without_a_look_before_only_what_was_made_since_counts() -> None:
    assert deployed.judge(workload(6, -600), None, DONE, 0).check.standing is Standing.SILENT
    assert deployed.judge(workload(6, 10), None, DONE, 0).check.standing is Standing.GOOD


def outcome(seen: Workload, seconds: float, **changes: Any) -> Outcome:
    now = after(seconds)
    look = Look(
        action_finished_at=DONE,
        now=now,
        steady_since=changes.get("steady_since", DONE),
        before=[looks.Answer(looks.description(WHAT.object), said(workload(5, -600), -1))],
    )
    results = {"describe_workload": said(seen, seconds)}
    errors = changes.get("errors", 0.0)
    return verification.judge(AWAITING, answers(now, results=results, errors=errors), look).outcome


def test_good_signals_before_the_deploy_prove_nothing() -> None:
    assert outcome(workload(5, -600), 40) is Outcome.PENDING
    assert outcome(workload(5, -600), 590) is Outcome.PENDING
    assert outcome(workload(5, -600), 600) is Outcome.UNKNOWN
    assert outcome(workload(6, 10), 45) is Outcome.RESOLVED


def test_the_hold_begins_with_the_deploy() -> None:
    assert outcome(workload(6, 35), 40, steady_since=None) is Outcome.PENDING


def test_the_deadline_counts_from_the_deploy() -> None:
    ends_s = 300 + WHAT.deadline_s

    assert outcome(workload(6, 300), ends_s - 10, errors=BAD) is Outcome.PENDING
    assert outcome(workload(6, 300), ends_s, errors=BAD) is Outcome.NOT_RESOLVED
