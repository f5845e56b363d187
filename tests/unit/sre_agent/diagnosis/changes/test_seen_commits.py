"""Commits that the GitHub specialist saw are judged like those the timeline tells of, and can be taken back."""

import pytest
from commit_story import PATCH, PATH, ago, guilty, judged, seen, verdict
from repository_seen import REPOSITORY, deployed, detail, file, head, listed, sha

from sre_agent.diagnosis.concluding import changes
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World


def test_the_cause_says_what_takes_it_back_and_what_undoes_its_release(world: World) -> None:
    cause = judged(world, seen(world, guilty(world))).causes[0]

    assert (cause.fault_class, cause.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    told = ("change", "repository", "commit", "pull_request", "branch", "previous_revision")
    assert {name: cause.facts.get(name) for name in told} == {
        "change": f"github:{REPOSITORY}@{sha('a')[:12]}",
        "repository": REPOSITORY,
        "commit": sha("a"),
        "pull_request": 42,
        "branch": "main",
        "previous_revision": 1,
    }
    assert "git-1.2" in cause.evidence_for


def test_the_verdict_puts_the_diff_next_to_what_it_explains(world: World) -> None:
    found = verdict(world, seen(world, guilty(world)))

    assert found.suspect is not None
    assert (found.suspect.commit, found.suspect.pull_request) == (sha("a"), 42)
    by_kind = {item.what.value: item for item in found.suspect.explains}
    frame = by_kind["stack_frame"]
    assert frame.said == "KeyError: 'balance' at /app/services/ledger/accounts.py:11 in total"
    assert (frame.path, frame.line) == (PATH, 11)
    assert frame.hunk == "\n".join(PATCH.splitlines()[1:])
    assert len(frame.evidence_ids) == 2
    assert frame.evidence_ids[0] == "git-1.2"
    assert frame.evidence_ids[1].startswith("log-2.")
    assert by_kind["log_line"].said == "KeyError: 'balance'"
    assert [item.commit for item in found.ruled_out] == [sha("b")]
    assert "it touches only documents" in found.ruled_out[0].speaks_against


def test_a_change_that_both_tell_of_is_one_suspect_under_its_entry(world: World) -> None:
    entry = Change(
        key=f"commit:{REPOSITORY}:{sha('a')}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="Trust what accounts hold (#42)",
        at=ago(world, 110),
        told_at=ago(world, 110),
        repository=REPOSITORY,
        commit=sha("a"),
        paths=(PATH,),
    )
    near = NearChanges(since=ago(world, 9000), until=world.now, changes=(entry,))
    evidence = [*seen(world, guilty(world)), build.evidence("timeline-1.1", near, world.now)]

    cause, found = judged(world, evidence).causes[0], verdict(world, evidence)

    assert cause.facts["change"] == entry.id
    assert cause.facts["commit"] == sha("a")
    assert found.suspect is not None
    assert found.suspect.id == entry.id
    assert found.suspect.explains
    assert entry.id not in [item.id for item in found.ruled_out]


@pytest.mark.parametrize("ago_s", [3600, 500, 75])
def test_commits_that_explain_nothing_change_nothing_of_what_is_found(
    world: World, ago_s: float
) -> None:
    docs = head("b", ago(world, ago_s), "Write it down")
    found = [listed(docs), detail(docs, file("README.md", "@@ -1 +1 @@\n-a\n+b"))]
    without = judged(world, seen(world, []))

    assert judged(world, seen(world, found)) == without
    told = verdict(world, seen(world, found))
    assert told.suspect is None
    assert told.reason.startswith("no change explains this: 1 change was")


def test_a_repository_in_which_nothing_happened_is_an_answer(world: World) -> None:
    told = verdict(world, seen(world, [listed()]))

    assert told.suspect is None
    assert told.reason.startswith("no change explains this: 0 changes were in effect")


def test_where_nobody_looked_there_is_no_verdict(world: World) -> None:
    assert changes.verdict(seen(world, []), world.incident("core"), world.now) is None


def test_the_same_file_name_of_another_service_is_no_place_of_the_stack(world: World) -> None:
    other = head("d", ago(world, 100), "Trust what carts hold")
    found = guilty(world)
    found[0] = listed(other, head("a", ago(world, 120), parents="b"))
    found.append(detail(other, file("services/cart/accounts.py", "@@ -1 +1 @@\n-a = 1\n+a = 2")))

    told = verdict(world, seen(world, found))

    assert told.suspect is not None
    assert told.suspect.commit == sha("a")
    cart = next(item for item in told.ruled_out if item.commit == sha("d"))
    assert not any("stack trace" in reason for reason in cart.speaks_for)


def test_a_flag_in_the_repository_is_switched_back_by_taking_its_commit_back(world: World) -> None:
    name = world.services["core"].name
    patch = f"@@ -1,2 +1,2 @@\n {name}:\n-  account-balance: false\n+  account-balance: true"
    switched = head("e", ago(world, 61), "Switch balances on")
    found = [listed(switched), detail(switched, file("flags.yaml", patch))]
    evidence = seen(world, found)

    told = verdict(world, evidence)

    assert told.suspect is not None
    assert told.suspect.commit == sha("e")
    assert [item.path for item in told.suspect.explains] == ["flags.yaml"]
    assert told.ruled_out == ()
    causes = {cause.fault_class: cause for cause in judged(world, evidence).causes}
    facts = causes[FaultClass.BAD_FEATURE_FLAG].facts
    assert (facts["flag"], facts["commit"]) == ("account-balance", sha("e"))
    assert facts["repository"] == REPOSITORY


def test_a_manifest_next_to_the_setting_that_was_rolled_out(world: World) -> None:
    """The cluster shows what is set since; the commit shows who set it."""
    name = world.services["core"].name
    image = world.image("core", 2)
    patch = f"@@ -20,3 +20,3 @@\n containers:\n - name: app\n-  image: old\n+  image: {image}"
    bump = head("f", ago(world, 90), "Trust what accounts hold: balance")
    found: list[Observation] = [
        listed(bump),
        detail(bump, file(PATH, PATCH), file(f"deploy/{name}.yaml", patch)),
        deployed("f", ago(world, 71), description=f"Roll out {name}"),
    ]

    told = verdict(world, seen(world, found))

    assert told.suspect is not None
    settings = [item for item in told.suspect.explains if item.what.value == "setting"]
    assert [(item.path, item.line) for item in settings] == [(f"deploy/{name}.yaml", 22)]
    assert settings[0].said.endswith(f"→ {image}")


def test_the_very_line_that_a_stack_stands_on_speaks_for_who_wrote_it(world: World) -> None:
    patch = "@@ -10,2 +10,2 @@\n def total(account):\n-    return 0\n+    return quick(account)"
    wrote = head("a", ago(world, 120), "Go faster")
    found: list[Observation] = [listed(wrote), detail(wrote, file(PATH, patch)), guilty(world)[-1]]

    told = verdict(world, seen(world, found))

    assert told.suspect is not None
    said = "the stack trace stands on line 11 of accounts.py, which it wrote"
    assert said in told.suspect.speaks_for
    assert "nothing in it leads to what fails" not in told.suspect.speaks_against
    assert told.suspect.explains[0].line == 11


def test_of_two_changes_that_may_both_explain_it_none_is_blamed(world: World) -> None:
    name = world.services["core"].name
    twins = [head(letter, ago(world, 120), "Trust what accounts hold") for letter in "ad"]
    found = [
        listed(*twins),
        *(detail(each, file(PATH, PATCH)) for each in twins),
        *(deployed(letter, ago(world, 75), description=f"Roll out {name}") for letter in "ad"),
    ]

    told = verdict(world, seen(world, found))

    assert told.suspect is None
    assert told.reason.startswith("no change explains this for sure: Trust what accounts hold may")
    assert {item.commit for item in told.ruled_out} == {sha("a"), sha("d")}
    cause = judged(world, seen(world, found)).causes[0]
    assert "commit" not in cause.facts


def test_of_a_structured_record_what_is_wrong_is_quoted(world: World) -> None:
    record = '{"ts":"12:00","level":"error","msg":"request failed","error":"KeyError: \'balance\'"}'

    told = verdict(world, seen(world, guilty(world), record))

    assert told.suspect is not None
    assert [item.said for item in told.suspect.explains] == ["request failed: KeyError: 'balance'"]
