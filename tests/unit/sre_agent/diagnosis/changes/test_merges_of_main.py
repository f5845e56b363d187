"""Somebody merges the branch into own work and pushes that: what the others did stays theirs."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from commit_story import PATCH, PATH, TITLE, ago, broken, judged, seen, verdict
from repository_seen import deployed, detail, evidence, file, head, listed, pull, pulls, sha

from sre_agent.diagnosis.changes import known
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

MESSAGES = (
    "Merge branch 'main' of github.com:acme/store",
    "Merge remote-tracking branch 'origin/main'",
    "Say hello",
)
MINE = file("services/hello/a.py", "@@ -1 +1 @@\n-a\n+b")
INVOICES = file("services/invoices/new.py", "@@ -0,0 +1,1 @@\n+x = 1", status="added")


def told(world: World, message: str = MESSAGES[0]) -> list[Observation]:
    """Return how Bob's work (3) met what Alice (1, guilty) and Carol (2) had brought to main, in his merge (4)."""
    base = head("a", ago(world, 4000), "Base")
    guilty = head("1", ago(world, 160), TITLE, parents="a")
    carols = head("2", ago(world, 150), "New invoices (#43)", parents="1")
    bobs = head("3", ago(world, 170), "Say hello", parents="a")
    merge = head("4", ago(world, 140), message, parents="32")
    name = world.services["core"].name
    return [
        listed(merge, carols, guilty, bobs, base),
        detail(guilty, file(PATH, PATCH)),
        detail(carols, INVOICES),
        detail(bobs, MINE),
        detail(merge, file(PATH, PATCH), INVOICES),
        deployed("4", ago(world, 75), state="success", description=f"Roll out {name}"),
    ]


def of_pulls(world: World) -> Observation:
    """Return the pull requests by which the work of Alice and of Carol came to main."""
    return pulls(pull(42, "1", ago(world, 160)), pull(43, "2", ago(world, 150)))


def read(world: World, found: Sequence[Observation], *timeline: Change) -> Known:
    all_seen = evidence(found, world.now)
    near = NearChanges(since=ago(world, 9000), until=world.now, changes=timeline)
    all_seen += [build.evidence("timeline-1.1", near, world.now)] if timeline else []
    return known.read(case.build(all_seen, world.incident("core"), world.now))


def commits(found: Known) -> dict[str, Change]:
    return {
        change.commit: change for _, change in found.changes if change.kind is ChangeKind.COMMIT
    }


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("are_pulls_told", [False, True])
def test_who_broke_it_is_suspected_and_not_who_merged_main_into_own_work(
    message: str, are_pulls_told: bool
) -> None:
    world = broken()
    found = told(world, message) + ([of_pulls(world)] if are_pulls_told else [])
    all_seen = seen(world, found)

    suspect = verdict(world, all_seen).suspect
    cause = judged(world, all_seen).causes[0]

    assert suspect is not None
    assert (suspect.commit, suspect.actor) == (sha("1"), "author-1")
    assert cause.facts["commit"] == sha("1")
    assert cause.facts.get("pull_request") == (42 if are_pulls_told else None)


@pytest.mark.parametrize("are_pulls_told", [False, True])
def test_such_a_merge_is_no_change_that_could_be_taken_back(are_pulls_told: bool) -> None:
    world = broken()

    found = read(world, told(world) + ([of_pulls(world)] if are_pulls_told else []))

    merge = commits(found)[sha("4")]
    assert commits(found).keys() == {sha(each) for each in "1234a"}
    assert (merge.diff, merge.paths, merge.actor) == ("", (), "author-4")
    assert found.taking_back(merge) == {}
    assert found.taking_back(commits(found)[sha("3")])["commit"] == sha("3")


def test_a_merge_that_was_pushed_as_the_end_of_a_pull_request_was_made_in_its_work() -> None:
    world = broken()
    bobs = pull(44, "4", ago(world, 140), head_sha=sha("4"))

    found = read(world, [*told(world), pulls(bobs)])

    assert found.taking_back(commits(found)[sha("4")]) == {}
    assert sha("1") in commits(found)


def test_a_merge_of_a_pull_request_that_somebody_made_by_hand_is_its_change() -> None:
    world = broken()
    of_it = pull(44, "4", ago(world, 140), head_sha=sha("2"))

    found = read(world, [*told(world), pulls(of_it)])

    assert commits(found).keys() == {sha(each) for each in "43a"}
    assert found.taking_back(commits(found)[sha("4")])["pull_request"] == 44


def test_what_a_merge_may_have_brought_is_no_older_than_the_merge() -> None:
    world = broken()

    at = {each: change.at for each, change in commits(read(world, told(world))).items()}

    assert at[sha("1")] == at[sha("2")] == at[sha("4")] == ago(world, 140)
    assert at[sha("3")] == ago(world, 170)


def test_what_was_there_before_the_merge_for_all_to_see_is_as_old_as_it_is() -> None:
    world = broken()
    before = told(world)
    pushed = Change(
        key=f"commit:acme/store:{sha('2')}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="New invoices",
        at=ago(world, 150),
        told_at=ago(world, 150),
        repository="acme/store",
        commit=sha("2"),
    )

    for found in (
        read(world, [*before, of_pulls(world)]),
        read(world, [*before, deployed("2", ago(world, 145), state="success")]),
        read(world, before, pushed),
    ):
        assert commits(found)[sha("1")].at == ago(world, 160)
        assert commits(found)[sha("2")].at == ago(world, 150)


def test_a_flag_that_others_switched_was_not_switched_by_the_merge() -> None:
    world = broken()
    found = told(world)
    flags = file("flags.yaml", "@@ -1 +1 @@\n-fast: false\n+fast: true")
    merge = head("4", ago(world, 140), parents="32")

    found[4] = detail(merge, flags)

    assert commits(read(world, found))[sha("4")].paths == ()


def test_a_merge_of_a_pull_request_below_such_a_merge_is_still_one_change() -> None:
    world = broken()
    at = ago(world, 200)
    heads = (
        head("6", at + timedelta(seconds=60), "Merge branch 'main'", parents="54"),
        head("5", at, "Say hello", parents="a"),
        head("4", at, "Merge pull request #9", parents="a3"),
        head("3", at, "Second step", parents="2"),
        head("2", at, "First step", parents="a"),
        head("a", at, "Base"),
    )

    found = read(world, [listed(*heads), pulls(pull(9, "4", at, head_sha=sha("3")))])

    assert commits(found).keys() == {sha(each) for each in "654a"}
    assert found.taking_back(commits(found)[sha("4")])["pull_request"] == 9
