"""Commits that the GitHub specialist saw are judged like those the timeline tells of, and can be taken back."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from commit_story import PATCH, PATH, ago, broken, guilty, seen
from repository_seen import REPOSITORY, deployed, detail, file, head, listed, sha

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.concluding import changes
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.causes import Conclusion, Diagnosis, Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.github import (
    Blame,
    BlameRange,
    CodeOwners,
    PathOwners,
    PullRequestDetail,
    PullRequestList,
)
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World


@pytest.fixture
def world() -> World:
    return broken()


def judged(world: World, evidence: Sequence[Evidence]) -> Diagnosis:
    return diagnose(evidence, world.incident("core"), world.now)


def verdict(world: World, evidence: Sequence[Evidence]) -> ChangeVerdict:
    found = changes.verdict(evidence, world.incident("core"), world.now)
    assert found is not None
    return found


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


def asked(found: Diagnosis) -> dict[str, Question]:
    return {item.tool: item for item in found.questions if item.specialist == "github"}


def test_who_knows_the_code_is_asked_once_the_cause_is_found(world: World) -> None:
    found = judged(world, seen(world, guilty(world)))

    assert found.conclusion is Conclusion.CAUSE_FOUND
    wanted = asked(found)
    assert wanted["get_pull_request"].arguments == {"number": 42, "repository": REPOSITORY}
    assert wanted["codeowners"].arguments == {"paths": PATH, "repository": REPOSITORY}
    assert wanted["blame"].arguments == {
        "path": PATH,
        "ref": sha("b"),
        "first_line": 10,
        "last_line": 13,
        "repository": REPOSITORY,
    }


def people(world: World) -> list[Observation]:
    """Return what the questions about the code bring."""
    pulls = next(item for item in guilty(world) if isinstance(item, PullRequestList))
    before = BlameRange(
        first_line=1,
        last_line=12,
        sha=sha("9"),
        author="ines",
        committed_at=world.now - timedelta(days=90),
    )
    elsewhere = before.model_copy(update={"first_line": 40, "last_line": 50, "author": "otto"})
    return [
        PullRequestDetail(
            repository=REPOSITORY,
            pull_request=pulls.pull_requests[0],
            merged_by="mara",
        ),
        CodeOwners(
            repository=REPOSITORY,
            file=".github/CODEOWNERS",
            paths=(
                PathOwners(
                    path=PATH, owners=("@ines", "@acme/money"), pattern="/services/", line=3
                ),
            ),
        ),
        Blame(repository=REPOSITORY, path=PATH, ref=sha("b"), ranges=(before, elsewhere)),
    ]


def test_who_knows_the_code_is_told_with_how_we_know(world: World) -> None:
    evidence = seen(world, [*guilty(world), *people(world)])

    told = verdict(world, evidence)

    assert told.suspect is not None
    known_by = {item.who: item.how for item in told.suspect.known_by}
    day = f"{world.now - timedelta(days=90):%Y-%m-%d}"
    assert known_by == {
        "author-a": ("wrote the change",),
        "Rui Sá": ("reviewed it",),
        "mara": ("merged #42",),
        "ines": (
            "owns /services/ (.github/CODEOWNERS:3)",
            f"wrote the lines before, {day} (9999999)",
        ),
        "acme/money": ("owns /services/ (.github/CODEOWNERS:3)",),
    }
    assert asked(judged(world, evidence)) == {}


def test_nobody_asks_about_the_code_where_no_commit_is_the_cause(world: World) -> None:
    found = judged(world, seen(world, [listed(head("b", ago(world, 500)))]))

    assert asked(found) == {}


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


RENAMED = (
    "@@ -3,2 +3,2 @@\n def take(order):\n-    flags = known(order)\n-    return price(order, flags)"
    "\n+    switches = known(order)\n+    return price(order, switches)"
)


def against_its_release(world: World, path: str, patch: str, *others: Observation) -> list[str]:
    """Return what speaks against the release of the core that a commit of one file was deployed with."""
    name = world.services["core"].name
    wrote = head("b", ago(world, 120), "Call things what they are")
    found = [
        listed(wrote),
        detail(wrote, file(path, patch)),
        deployed("b", ago(world, 75), description=f"Roll out {name}"),
        *others,
    ]
    causes = judged(world, seen(world, found)).causes
    release = next(
        cause
        for cause in causes
        if (cause.fault_class, cause.object) == (FaultClass.BAD_RELEASE, world.ref("core"))
    )
    return [item.statement for item in release.findings if item.rule == "change.commit_harmless"]


@pytest.mark.parametrize(
    ("path", "patch", "why"),
    [
        ("docs/index.md", "@@ -1 +1 @@\n-a\n+b", "it touches only documents"),
        ("web/orders.py", "@@ -1 +1 @@\n-# adds up\n+# sums up", "it touches only comments"),
    ],
)
def test_a_release_that_brought_no_harm_is_less_suspect(
    world: World, path: str, patch: str, why: str
) -> None:
    [said] = against_its_release(world, path, patch)

    assert said == f"it brought 'Call things what they are': {why}"


@pytest.mark.parametrize(
    ("path", "patch"),
    [
        pytest.param("web/orders.py", "", id="a diff that nobody saw"),
        pytest.param("web/orders.py", "@@ -1 +1 @@\n-limit = 40\n+limit = 4", id="another number"),
        pytest.param("web/orders.py", RENAMED, id="other words that may mean another thing"),
        pytest.param("scripts/start.sh", "@@ -1 +1 @@\n-a\n+b", id="hardly read by a service"),
        pytest.param(PATH, PATCH, id="the culprit"),
    ],
)
def test_a_release_whose_commit_may_do_harm_stays_as_suspect_as_it_was(
    world: World, path: str, patch: str
) -> None:
    assert against_its_release(world, path, patch) == []


def test_a_release_that_brought_a_commit_that_nobody_saw_stays_as_suspect_as_it_was(
    world: World,
) -> None:
    name = world.services["core"].name
    other = deployed("c", ago(world, 72), description=f"Roll out {name}")

    assert against_its_release(world, "docs/index.md", "@@ -1 +1 @@\n-a\n+b", other) == []


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
