"""Which diffs the specialist asks for: of what went live before the trouble, however much came since."""

from datetime import UTC, datetime, timedelta

from sre_agent.agents import repository_calls
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model import Observation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.github import (
    CommitDetail,
    CommitHead,
    CommitList,
    Deployment,
    DeploymentList,
)
from sre_agent.domain.observations.kubernetes import Revision, RolloutHistory
from sre_agent.testing import evidence as build

REPOSITORY = "acme/store"
ALERTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BEGUN = ALERTED - timedelta(minutes=5)


def head(number: int, minutes: float) -> CommitHead:
    """Return a commit that was made so many minutes after the alert."""
    at = ALERTED + timedelta(minutes=minutes)
    return CommitHead(sha=f"{number:040x}", message="x", authored_at=at, committed_at=at)


def listed(*heads: CommitHead) -> CommitList:
    return CommitList(repository=REPOSITORY, commits=heads)


def diffs(*found: Observation) -> list[str]:
    """Return the commits whose diffs are asked for, in that order."""
    seen: list[Evidence] = [
        build.evidence(f"git-1.{number}", item, ALERTED) for number, item in enumerate(found, 1)
    ]
    calls = repository_calls.plan("github", BEGUN, seen)
    return [str(call.arguments["sha"]) for call in calls if call.tool == "get_commit"]


def test_what_was_committed_since_the_alert_does_not_crowd_out_what_was_there_before() -> None:
    since = [head(100 + number, number + 1) for number in range(40)]
    before = head(1, -20)

    asked = diffs(listed(*reversed(since), before))

    assert asked[0] == before.sha
    assert len(asked) == repository_calls.MAX_DIFFS


def test_what_was_deployed_before_the_alert_is_asked_for_first() -> None:
    old, others = head(1, -600), [head(100 + number, -number - 1) for number in range(40)]
    deployment = Deployment(id=1, sha=old.sha, created_at=ALERTED - timedelta(minutes=3))
    deployed = DeploymentList(repository=REPOSITORY, deployments=(deployment,))

    assert diffs(listed(*others, old), deployed)[0] == old.sha


def test_what_was_deployed_though_it_was_written_long_ago_is_asked_for() -> None:
    deployment = Deployment(id=1, sha="d" * 40, created_at=ALERTED - timedelta(minutes=3))
    late = Deployment(id=2, sha="e" * 40, created_at=ALERTED + timedelta(minutes=3))
    deployed = DeploymentList(repository=REPOSITORY, deployments=(late, deployment))

    assert diffs(listed(head(1, -20)), deployed) == ["d" * 40, head(1, -20).sha]


def test_what_a_rollout_names_is_asked_for_first_and_what_one_after_the_alert_names_is_not() -> (
    None
):
    old, late = head(0xABCDEF1 << 132, -600), head(0xBCDEF12 << 132, -700)
    others = [head(100 + number, -number - 1) for number in range(40)]

    def revision(number: int, tag: str, minutes: float) -> Revision:
        return Revision(
            number=number,
            replicaset=f"shop-{number}",
            template_hash=str(number),
            created_at=ALERTED + timedelta(minutes=minutes),
            desired=1,
            ready=1,
            is_current=number == 2,
            images=(f"registry.example/shop:{tag}",),
        )

    history = RolloutHistory(
        object=ObjectRef.deployment("shop", "shop"),
        current_revision=2,
        revisions=(revision(2, late.sha[:7], 5), revision(1, old.sha[:7], -5)),
    )

    asked = diffs(listed(*others, old, late), history)

    assert asked[0] == old.sha
    assert late.sha not in asked


def test_diffs_that_were_read_are_not_asked_for_again_and_count() -> None:
    heads = [head(100 + number, -number - 1) for number in range(40)]
    read = [CommitDetail(repository=REPOSITORY, commit=each) for each in heads[:2]]

    asked = diffs(listed(*heads), *read)

    assert heads[0].sha not in asked
    assert len(asked) == repository_calls.MAX_DIFFS - len(read)
