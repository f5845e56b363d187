"""What was not told of a commit is unread: a diff that was cut proves nothing, and rules nobody out."""

import pytest
from commit_story import PATCH, PATH, TITLE, ago, seen, verdict
from repository_seen import (
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

from sre_agent.diagnosis.changes import innocence, known, taking
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.changes import Commit
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.observations.github import CommitDetail, CommitHead, FileDiff
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

DOCS = file("docs/a.md", "@@ -1 +1 @@\n-a\n+b")
COMMENTS = file("services/ledger/rules.py", "@@ -0,0 +1 @@\n+# a\n+# b", is_whole=False)


def wrote(world: World) -> CommitHead:
    return head("a", ago(world, 120), TITLE, parents="b")


def judged(world: World, found: CommitDetail) -> ChangeVerdict:
    """Return the verdict where a commit was deployed shortly before the onset."""
    name = world.services["core"].name
    live = deployed("a", ago(world, 75), state="success", description=f"Roll out {name}")
    return verdict(world, seen(world, [listed(wrote(world)), found, live]))


@pytest.mark.parametrize(
    ("files", "is_whole"),
    [
        pytest.param([DOCS], False, id="files left out"),
        pytest.param([COMMENTS], True, id="a file that was cut"),
        pytest.param([DOCS, file("a.py", is_whole=False)], True, id="a file too large"),
    ],
)
def test_a_commit_that_was_told_in_part_is_unread(
    world: World, files: list[FileDiff], is_whole: bool
) -> None:
    told = detail(wrote(world), *files).model_copy(update={"has_all_files": is_whole})

    found = judged(world, told)

    assert found.reason.endswith(f"not looked at, though live before the onset: {sha('a')[:7]}")
    [out] = found.ruled_out
    assert "not all that it changes was told" in out.speaks_against
    assert not any("touches" in said or "leads to" in said for said in out.speaks_against)


def test_documents_are_documents_however_much_of_them_was_told(world: World) -> None:
    docs = DOCS.model_copy(update={"is_whole": False})

    [out] = judged(world, detail(wrote(world), docs)).ruled_out

    assert "it touches only documents" in out.speaks_against


def test_whom_the_part_that_was_told_convicts_is_blamed_for_sure(world: World) -> None:
    told = detail(wrote(world), file(PATH, PATCH))
    whole = judged(world, told)
    part = judged(world, told.model_copy(update={"has_all_files": False}))

    assert part.suspect is not None
    assert part.confidence == pytest.approx(whole.confidence, abs=0.02)


def of_push(world: World, paths: tuple[str, ...], *, has_all_paths: bool = True) -> Change:
    return Change(
        key=f"commit:{REPOSITORY}:{sha('a')}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary=TITLE,
        at=ago(world, 120),
        told_at=ago(world, 120),
        repository=REPOSITORY,
        commit=sha("a"),
        paths=paths,
        has_all_paths=has_all_paths,
    )


def both(world: World, entry: Change, *found: CommitDetail) -> Commit:
    """Return a commit as the timeline and the repository tell it together."""
    near = NearChanges(since=ago(world, 9000), until=world.now, changes=(entry,))
    told = [build.evidence("timeline-1.1", near, world.now), *evidence(found, world.now)]
    changes: Known = known.read(case.build(told, world.incident("core"), world.now))
    [commit] = taking.take(changes.changes, lambda _, name: name).commits
    return commit


def test_a_push_that_names_more_files_than_it_tells_proves_nothing(world: World) -> None:
    entry = of_push(world, ("docs/a.md",), has_all_paths=False)

    assert innocence.judge(both(world, entry)) is None


def test_of_a_commit_told_twice_every_file_is_known(world: World) -> None:
    cut = detail(wrote(world), DOCS).model_copy(update={"has_all_files": False})

    found = both(world, of_push(world, ("docs/a.md", PATH)), cut)

    assert found.paths == ("docs/a.md", PATH)
    assert found.has_all_paths
    assert innocence.judge(found) is None


def test_what_both_tell_in_part_is_told_in_part(world: World) -> None:
    cut = detail(wrote(world), DOCS).model_copy(update={"has_all_files": False})

    found = both(world, of_push(world, ("docs/a.md",), has_all_paths=False), cut)

    assert not found.has_all_paths


def test_a_merge_of_which_a_commit_was_not_looked_at_is_told_in_part(world: World) -> None:
    merge = head("a", ago(world, 120), "Merge it", parents="bc")
    looked_at = head("c", ago(world, 130), "Write it down", parents="d")
    other = head("d", ago(world, 140), "Tidy", parents="b")
    of_it = pulls(pull(9, "a", ago(world, 120)))
    told = [listed(merge, looked_at, other), detail(looked_at, DOCS), of_it]

    changes = known.read(
        case.build(evidence(told, world.now), world.incident("core"), world.now)
    ).changes
    [commit] = taking.take(changes, lambda _, name: name).commits

    assert commit.paths == ("docs/a.md",)
    assert innocence.judge(commit) is None


def test_a_setting_tells_what_differs_alone_unless_that_was_masked(world: World) -> None:
    def setting(before: str, after: str) -> Commit:
        told = of_push(world, ()).model_copy(
            update={"kind": ChangeKind.CONFIG, "commit": "", "before": before, "after": after}
        )
        [found] = taking.take([(EvidenceId("e-1"), told)], lambda _, name: name).commits
        return found

    assert innocence.judge(setting("a: 1\n# b", "a: 1\n# c")) == innocence.Innocence(
        "it touches only comments", is_proven=True
    )
    assert innocence.judge(setting("p: [redacted]\n# b", "p: [redacted]\n# c")) is None
