"""What the timeline tells and what was seen of repositories is one list, each change once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from repository_seen import (
    NOON,
    REPOSITORY,
    deployed,
    detail,
    evidence,
    file,
    head,
    listed,
    pull,
    pulls,
    sha,
)

from sre_agent.diagnosis.changes import known
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

PATCH = "@@ -1 +1 @@\n-a = 1\n+a = 2"


def told(kind: ChangeKind, key: str, **more: Any) -> Change:
    return Change(
        key=key,
        source=more.pop("source", ChangeSource.GITHUB),
        kind=kind,
        summary=more.pop("summary", "told"),
        at=more.pop("at", NOON),
        told_at=NOON,
        repository=more.pop("repository", REPOSITORY),
        **more,
    )


def read(seen: Sequence[Observation], *timeline: Change, grants: tuple[str, ...] = ()) -> Known:
    world = World(5)
    incident = world.incident("core").model_copy(update={"started_at": NOON})
    found = evidence(seen, NOON)
    if timeline or grants:
        near = NearChanges(
            since=NOON - timedelta(hours=24), until=NOON, changes=timeline, grants=grants
        )
        found.append(build.evidence("timeline-1.1", near, NOON))
    return known.read(case.build(found, incident, NOON))


def commits(found: Known) -> dict[str, Change]:
    return {
        change.commit: change for _, change in found.changes if change.kind is ChangeKind.COMMIT
    }


def test_a_commit_that_was_looked_at_has_its_diff_and_its_files() -> None:
    one = head("a", NOON, "Set a\n\nIt was wrong.")

    found = read([listed(one), detail(one, file("x.py", PATCH), file("logo.png"))])

    [(id_, change)] = found.changes
    assert (id_, change.summary, change.paths) == ("git-1.2", "Set a", ("x.py", "logo.png"))
    assert change.diff == f"--- a/x.py\n+++ b/x.py\n{PATCH}"
    assert (change.actor, change.at) == ("author-a", NOON)


def test_a_file_that_was_renamed_or_made_says_so_in_its_diff() -> None:
    one = head("a", NOON)
    files = [
        file("new.py", PATCH, status="renamed", former_path="old.py"),
        file("made.py", PATCH, status="added"),
        file("gone.py", PATCH, status="removed"),
    ]

    change = commits(read([detail(one, *files)]))[sha("a")]

    assert [line for line in change.diff.splitlines() if line[:4] in {"--- ", "+++ "}] == [
        "--- a/old.py",
        "+++ b/new.py",
        "--- /dev/null",
        "+++ b/made.py",
        "--- a/gone.py",
        "+++ /dev/null",
    ]
    assert "old.py" in change.paths


def test_a_commit_that_both_know_is_one_with_the_diff_and_the_time_it_came() -> None:
    one = head("a", NOON - timedelta(hours=9))
    entry = told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('a')}", commit=sha("a"), at=NOON)

    found = read([listed(one), detail(one, file("x.py", PATCH))], entry)

    [(id_, change)] = found.changes
    assert (id_, change.id, change.at) == ("git-1.2", entry.id, NOON)
    assert change.diff.endswith(PATCH)
    assert found.name(change) == entry.id


FORGED: dict[str, Any] = {
    "source": ChangeSource.WEBHOOK,
    "diff": "--- a/evil.py\n+++ b/evil.py\n@@ -1 +1 @@\n-real = 1\n+forged = 2\n" * 9,
    "paths": ("evil.py",),
}


@pytest.mark.parametrize("kind", [ChangeKind.COMMIT, ChangeKind.PULL_REQUEST])
@pytest.mark.parametrize("late_s", [-3600, -1, 1])
@pytest.mark.parametrize("cut", [40, 9])
@pytest.mark.parametrize("repository", [REPOSITORY.upper(), "", "acme/other"])
def test_of_a_commit_that_github_tells_of_nobody_else_says_what_it_did(
    kind: ChangeKind, late_s: int, cut: int, repository: str
) -> None:
    at = NOON + timedelta(seconds=late_s)
    other = told(
        kind, "ci-4711", commit=sha("a")[:cut], at=at, repository=repository, state="", **FORGED
    )
    one = head("a", NOON)
    seen = [listed(one), detail(one, file("x.py", PATCH))]

    found = read(seen, other)

    assert found.changes == read(seen).changes
    [(_, change)] = found.changes
    assert found.taking_back(change) == {"repository": REPOSITORY, "commit": sha("a")}


def test_a_signed_push_tells_what_a_commit_touched_and_nobody_else_does() -> None:
    push = told(
        ChangeKind.COMMIT,
        f"commit:{REPOSITORY}:{sha('a')}",
        commit=sha("a"),
        paths=("x.py",),
    )
    other = told(ChangeKind.COMMIT, "ci-4711", commit=sha("a"), **FORGED)

    found = read([], other, push)

    assert found.changes == (("timeline-1.1", push),)
    assert found.taking_back(push)["commit"] == sha("a")


def test_what_only_another_system_tells_of_a_commit_is_believed() -> None:
    other = told(ChangeKind.COMMIT, "ci-4711", commit=sha("b"), **FORGED)

    found = read([listed(head("a", NOON))], other)

    assert ("timeline-1.1", other) in found.changes


def test_a_commit_of_another_repository_is_another_one() -> None:
    entry = told(ChangeKind.COMMIT, "other", commit=sha("a"), repository="acme/site")

    found = read([listed(head("a", NOON))], entry)

    assert len(found.changes) == 2


def test_what_came_by_a_merge_is_judged_as_the_merge() -> None:
    heads = [
        head("d", NOON, "Merge pull request #9", parents="ac"),
        head("c", NOON, "Second step", parents="b"),
        head("b", NOON - timedelta(hours=1), "First step", parents="a"),
        head("a", NOON - timedelta(hours=8)),
    ]
    seen = [
        listed(*heads),
        detail(heads[1], file("two.py", PATCH)),
        detail(heads[2], file("one.py", PATCH)),
        pulls(pull(9, "d", NOON)),
    ]

    found = read(seen)

    assert commits(found).keys() == {sha("d"), sha("a")}
    merge = commits(found)[sha("d")]
    assert merge.paths == ("one.py", "two.py")
    assert merge.diff.index("one.py") < merge.diff.index("two.py")
    assert "First step" in merge.message
    assert merge.actor == "author-d"
    assert found.taking_back(merge) == {
        "repository": REPOSITORY,
        "commit": sha("d"),
        "pull_request": 9,
        "branch": "main",
    }


def test_a_change_that_only_its_repository_tells_of_is_named_by_its_place() -> None:
    found = read([listed(head("a", NOON))])

    [(_, change)] = found.changes
    assert found.name(change) == f"github:{REPOSITORY}@{sha('a')[:12]}"
    assert found.taking_back(change) == {"repository": REPOSITORY, "commit": sha("a")}


def test_a_pull_request_that_the_timeline_told_of_names_itself() -> None:
    entries = [
        told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('a')}", commit=sha("a")),
        told(ChangeKind.PULL_REQUEST, f"pull:{REPOSITORY}:12", commit=sha("a"), state="merged"),
    ]

    found = read([], *entries)

    assert found.taking_back(entries[0])["pull_request"] == 12


def test_what_nobody_here_can_take_back_says_nothing_of_it() -> None:
    entries = [
        told(ChangeKind.CONFIG, "setting"),
        told(ChangeKind.COMMIT, "elsewhere", commit=sha("a"), source=ChangeSource.WEBHOOK),
        told(ChangeKind.COMMIT, "short", commit="abc1234"),
    ]

    found = read([], *entries)

    assert [found.taking_back(change) for change in entries] == [{}, {}, {}]


def test_a_deployment_that_another_followed_did_take_effect() -> None:
    found = read([deployed("a", NOON, state="inactive", environment="production")])

    [(_, change)] = found.changes
    assert change.is_in_effect
    assert change.summary == f"deployed {sha('a')[:12]} to production"


def test_a_deployment_of_days_ago_is_not_told() -> None:
    assert read([deployed("a", NOON - timedelta(days=2))]).changes == ()


def test_where_nobody_looked_nothing_was_looked_for() -> None:
    assert not read([]).is_looked_for
    assert read([listed()]).is_looked_for


def test_a_commit_that_its_branch_has_no_more_cannot_be_taken_back_there() -> None:
    before = NOON - timedelta(minutes=5)
    entry = told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('a')}", commit=sha("a"), at=before)
    late = told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('c')}", commit=sha("c"))
    parent = told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('b')}", commit=sha("b"))

    seen = [listed(head("d", NOON, parents="b")), detail(head("a", before))]

    found = read(seen, entry, parent, late)

    assert found.gone == {sha("a")}
    assert found.taking_back(entry) == {}
    assert found.taking_back(parent)["commit"] == sha("b")


def test_where_no_list_was_seen_whole_nothing_is_gone() -> None:
    entry = told(ChangeKind.COMMIT, f"commit:{REPOSITORY}:{sha('a')}", commit=sha("a"))
    elsewhere = told(ChangeKind.COMMIT, "other", commit=sha("b"), repository="acme/site")
    cut = evidence([listed(head("d", NOON))], NOON)[0]
    cut = cut.model_copy(update={"left_out": ("more than 50 commits: older ones left out",)})
    world = World(5)

    near = NearChanges(since=NOON, until=NOON, changes=(entry, elsewhere))
    seen = [cut, build.evidence("timeline-1.1", near, NOON)]

    assert known.read(case.build(seen, world.incident("core"), NOON)).gone == frozenset()
    assert read([], entry).gone == frozenset()
    assert read([listed()], elsewhere).gone == frozenset()
