"""Changes that the timeline tells of: the one that explains what fails is suspected, a decoy never."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding import changes
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.domain.tools import ToolCall
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SHA = "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a"
TRACE = (
    "KeyError: 'balance'\n"
    '  File "services/ledger/accounts.py", line 12, in total\n'
    '    return account["balance"]'
)
DIFF = (
    "--- a/services/ledger/accounts.py\n+++ b/services/ledger/accounts.py\n@@ -10,3 +10,2 @@\n"
    '-    if "balance" not in account:\n-        return 0\n     return account["balance"]'
)


@pytest.fixture
def world() -> World:
    """A world in which requests of the core fail since a minute, released ten seconds before."""
    found = World(5)
    found.release("core", ago_s=70, error_ratio=0.4)
    return found


def change(world: World, kind: ChangeKind, ago_s: float, **more: Any) -> Change:
    return Change(
        key=f"{kind}-{ago_s}",
        source=ChangeSource.GITHUB,
        kind=kind,
        summary=more.pop("summary", f"a {kind}"),
        at=world.now - timedelta(seconds=ago_s),
        told_at=world.now,
        **more,
    )


def guilty(world: World) -> tuple[Change, ...]:
    path = "services/ledger/accounts.py"
    return (
        change(
            world,
            ChangeKind.COMMIT,
            600,
            commit=SHA,
            summary="Trust what accounts hold",
            paths=(path,),
            diff=DIFF,
        ),
        change(
            world,
            ChangeKind.DEPLOY,
            70,
            commit=SHA,
            services=(world.services["core"].name,),
            state="success",
        ),
    )


DOCS: dict[str, Any] = {"commit": "2" * 40, "summary": "Write it down", "paths": ("README.md",)}
REFACTOR: dict[str, Any] = {
    "commit": "3" * 40,
    "summary": "Tidy the theme",
    "paths": ("web/theme.css",),
    "diff": "--- a/web/theme.css\n+++ b/web/theme.css\n@@ -1 +1 @@\n-a { color: red }\n+a { color: blue }",
}


def seen(world: World, *told: Change) -> list[Evidence]:
    """Return what specialists saw, with a stack trace in the core's logs, and what the timeline tells."""
    found = [_with_trace(item) for item in views.evidence(world, *ROLES)]
    if not told:
        return found
    near = NearChanges(since=world.now - timedelta(hours=24), until=world.now, changes=told)
    facts = near.model_dump(mode="json")
    call = ToolCall(server="timeline", tool="changes_near", arguments={})
    timeline = Evidence(
        id=EvidenceId("timeline-1.1"),
        kind="changes.near",
        specialist="timeline",
        call=call,
        subject=None,
        facts=facts,
        summary="changed",
        observed_at=world.now,
    )
    return [*found, timeline]


def _with_trace(item: Evidence) -> Evidence:
    if item.kind != "logs.error_patterns" or not item.facts["patterns"]:
        return item
    patterns = [{**each, "sample": TRACE} for each in item.facts["patterns"]]
    return item.model_copy(update={"facts": {**item.facts, "patterns": patterns}})


def judged(world: World, evidence: Sequence[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core"), world.now)


def top(world: World, *told: Change) -> Cause:
    return judged(world, seen(world, *told)).causes[0]


def test_the_commit_that_explains_it_is_the_cause_with_what_undoes_its_release(
    world: World,
) -> None:
    commit, deploy = guilty(world)

    cause = top(world, commit, deploy, change(world, ChangeKind.COMMIT, 500, **DOCS))

    assert (cause.fault_class, cause.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    assert cause.facts["change"] == commit.id
    assert cause.facts["previous_revision"] == 1
    assert "timeline-1.1" in cause.evidence_for
    assert any("accounts.py" in finding.statement for finding in cause.findings)


def test_before_the_release_itself_is_seen_the_commit_is_named_all_the_same(world: World) -> None:
    of_releases = {"kubernetes.rollout_history", "kubernetes.workload"}
    evidence = [item for item in seen(world, *guilty(world)) if item.kind not in of_releases]

    found = judged(world, evidence)

    assert found.causes[0].facts["change"] == guilty(world)[0].id
    assert "released_at" not in found.causes[0].facts


def test_the_verdict_names_it_and_says_why_not_the_others(world: World) -> None:
    docs = change(world, ChangeKind.COMMIT, 500, **DOCS)
    evidence = seen(world, *guilty(world), docs, change(world, ChangeKind.COMMIT, -30, **REFACTOR))

    verdict = changes.verdict(evidence, world.incident("core"), world.now)

    assert verdict is not None
    assert verdict.suspect is not None
    assert verdict.suspect.summary == "Trust what accounts hold"
    assert any("stack trace" in said for said in verdict.suspect.speaks_for)
    assert [item.id for item in verdict.ruled_out] == [docs.id]
    assert "it touches only documents" in verdict.ruled_out[0].speaks_against
    assert verdict.later == 1


def test_a_commit_that_nobody_looked_into_is_no_suspect_and_the_verdict_names_it(
    world: World,
) -> None:
    commit, deploy = guilty(world)
    unread = commit.model_copy(update={"diff": "", "paths": ()})

    verdict = changes.verdict(seen(world, unread, deploy), world.incident("core"), world.now)

    assert verdict is not None
    assert verdict.suspect is None
    assert "nobody saw what it changes" in verdict.ruled_out[0].speaks_against
    assert verdict.reason.endswith(f"not looked at, though live before the onset: {SHA[:7]}")


@pytest.mark.parametrize("ago_s", [3600, 500, 75])
def test_a_decoy_changes_nothing_of_what_is_found(world: World, ago_s: float) -> None:
    decoys = [change(world, ChangeKind.COMMIT, ago_s, **each) for each in (DOCS, REFACTOR)]
    without = judged(world, seen(world))

    evidence = seen(world, decoys[0], decoys[1].model_copy(update={"key": "other"}))

    assert judged(world, evidence) == without
    verdict = changes.verdict(evidence, world.incident("core"), world.now)
    assert verdict is not None
    assert verdict.suspect is None
    assert verdict.reason.startswith("no change explains this: 2 changes")


def test_what_took_effect_after_the_onset_explains_nothing(world: World) -> None:
    commit, deploy = guilty(world)
    late = deploy.model_copy(update={"at": world.now + timedelta(seconds=30)})
    written = commit.model_copy(update={"at": world.now + timedelta(seconds=20)})
    without = judged(world, seen(world))

    evidence = seen(world, written, late)

    assert judged(world, evidence) == without
    verdict = changes.verdict(evidence, world.incident("core"), world.now)
    assert verdict is not None
    assert (verdict.suspect, verdict.later) == (None, 2)


def test_a_deployment_to_another_environment_is_no_arrival_here(world: World) -> None:
    commit, deploy = guilty(world)
    evidence = seen(world, commit, deploy.model_copy(update={"environment": "staging"}))
    at_home = [_in_environment(item, "production") for item in evidence]

    elsewhere = changes.verdict(at_home, world.incident("core"), world.now)
    unsure = changes.verdict(evidence, world.incident("core"), world.now)

    assert elsewhere is not None
    judged_as = [item for item in (elsewhere.suspect, *elsewhere.ruled_out) if item]
    assert ["nothing shows that it went live" in item.speaks_against for item in judged_as] == [
        True
    ]
    assert unsure is not None
    assert unsure.suspect is not None
    assert "it went to staging, which may not be here" in unsure.suspect.speaks_against


def _in_environment(item: Evidence, name: str) -> Evidence:
    if item.kind != "changes.near":
        return item
    return item.model_copy(update={"facts": {**item.facts, "environment": name}})


def test_a_deploy_that_failed_brought_nothing(world: World) -> None:
    flag = change(
        world,
        ChangeKind.FLAG,
        75,
        summary="x",
        object="account-balance",
        state="failure",
        services=(world.services["core"].name,),
    )

    verdict = changes.verdict(seen(world, flag), world.incident("core"), world.now)

    assert verdict is not None
    assert verdict.suspect is None


def test_a_flag_that_complaints_speak_of_is_the_cause(world: World) -> None:
    flag = change(
        world,
        ChangeKind.FLAG,
        61,
        summary="account-balance-total switched on",
        object="account-balance-total",
        before="off",
        after="on",
        services=(world.services["core"].name,),
    )
    evidence = seen(world, flag)

    verdict = changes.verdict(evidence, world.incident("core"), world.now)

    assert verdict is not None
    assert verdict.suspect is not None
    assert verdict.suspect.id == flag.id
    found = {cause.fault_class: cause for cause in judged(world, evidence).causes}
    assert found[FaultClass.BAD_FEATURE_FLAG].facts["change"] == flag.id
    assert "flag change: account-balance-total" in found[FaultClass.BAD_FEATURE_FLAG].statement


def test_the_order_in_which_changes_are_told_makes_no_difference(world: World) -> None:
    told = [*guilty(world), change(world, ChangeKind.COMMIT, 500, **DOCS)]

    assert judged(world, seen(world, *told)) == judged(world, seen(world, *reversed(told)))
