"""A pull request that was rebased is taken back whole, or not at all: never a part of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data

from mcp_servers.github import rebases
from sre_agent.domain.tools import ToolResult


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


def feature(story: Story, number: int, text: str = "", **others: Any) -> str:
    """Commit one step of a feature on its branch."""
    edits = {f"feature/{number}.txt": (text or f"{number}\n").encode()}
    return story.git.commit(edits, f"Feature {number}", branch="feature", **others)


def feature_with_a_merge(story: Story) -> str:
    """Commit two steps of a feature, with a merge of what main got meanwhile between them; return the last."""
    first = feature(story, 0, parents=(story.since,))
    main = story.git.commit({"docs/c.md": b"meanwhile\n"}, "Meanwhile")
    story.git.commit(
        {"docs/c.md": b"meanwhile\n"}, "Merge main", branch="feature", parents=(first, main)
    )
    return feature(story, 1)


def merged(story: Story, method: str = "rebase") -> int:
    """Merge the feature, go on after it, and return its pull request."""
    number: int = story.world.open_pull("feature", "A feature")["number"]
    story.world.merge(number, method=method)
    story.git.commit({"docs/d.md": b"after\n"}, "After")
    return number


async def rehearsed(hands: GithubHands, number: int) -> ToolResult:
    return await hands.rehearse(hands.call("create_revert_pr", pull_request=number, branch=BRANCH))


def removed(result: ToolResult) -> set[str]:
    """Return the paths that the revert removes."""
    return {each.split(" ")[0] for each in data(result)["changes"][1:] if "removed" in each}


def again(story: Story, original: str, parent: str, tree: str) -> str:
    """Return a commit with another's words, author and dates, elsewhere."""
    head, _, message = story.git.git("cat-file", "commit", original).decode().partition("\n\n")
    people = [line for line in head.split("\n") if line.startswith(("author", "committer"))]
    text = "\n".join([f"tree {tree}", f"parent {parent}", *people, "", message])
    stored = story.git.git("hash-object", "-t", "commit", "-w", "--stdin", given=text.encode())
    return stored.decode().strip()


async def test_a_merge_of_main_that_the_rebase_dropped_hides_nothing(
    hands: GithubHands, story: Story
) -> None:
    feature_with_a_merge(story)

    result = await rehearsed(hands, merged(story))

    assert removed(result) == {"feature/0.txt", "feature/1.txt"}


@pytest.mark.parametrize("dropped", [0, 1, 2])
async def test_a_commit_that_main_had_already_is_left_there_and_all_others_are_taken_back(
    hands: GithubHands, story: Story, dropped: int
) -> None:
    for number in range(3):
        feature(story, number, parents=None if number else (story.since,))
    picked = {f"feature/{dropped}.txt": b"%d\n" % dropped}
    story.git.commit(picked, f"Pick feature {dropped}", author="linus")

    result = await rehearsed(hands, merged(story))

    assert removed(result) == {f"feature/{each}.txt" for each in range(3) if each != dropped}


async def test_a_commit_that_was_picked_just_before_the_merge_did_not_come_with_it(
    hands: GithubHands, story: Story
) -> None:
    first = feature(story, 0, parents=(story.since,))
    feature(story, 1)
    # Committed a year before it is rebased, with the words, author and date of the feature's commit.
    main = story.git.commit({"docs/c.md": b"meanwhile\n"}, "Meanwhile")
    tree = story.git.ask("merge-tree", "--write-tree", main, first)
    story.git.git("update-ref", "refs/heads/main", again(story, first, main, tree))

    result = await rehearsed(hands, merged(story))

    assert removed(result) == {"feature/1.txt"}


async def test_where_nobody_can_tell_what_became_of_a_commit_none_is_taken_back(
    hands: GithubHands, story: Story
) -> None:
    for number in range(3):
        feature(story, number, parents=None if number else (story.since,))
    number = merged(story)
    # The middle one was made otherwise: with other words, which no rebase does.
    kept, tip = story.git.ask("rev-parse", "main~2", "main~1").split()
    other = story.git.ask("commit-tree", f"{kept}^{{tree}}", "-p", f"{kept}^", "-m", "Otherwise")
    tree = story.git.ask("rev-parse", f"{tip}^{{tree}}")
    last = again(story, tip, other, tree)
    story.git.git("update-ref", "refs/heads/main", last)
    pull = story.world.pull(number)
    assert pull is not None
    pull["merge_commit_sha"] = last

    result = await rehearsed(hands, number)

    assert result.code == "not_certain"
    assert "(Feature 1)" in result.reason
    assert f"{last[:12]} (Feature 2)" in result.reason
    assert story.world.writes == []


async def test_of_very_many_commits_that_were_dropped_none_is_looked_for(
    hands: GithubHands, story: Story
) -> None:
    for number in range(rebases.MAX_LOOKED_FOR + 2):
        feature(story, number, parents=None if number else (story.since,))
        if number:
            story.git.commit({f"feature/{number}.txt": b"%d\n" % number}, f"Pick {number}")
    number = merged(story)
    story.world.asked.clear()

    result = await rehearsed(hands, number)

    assert result.code == "not_certain"
    assert len(story.world.asked) < 10


async def test_commits_that_were_pushed_as_they_are_with_a_merge_among_them_are_taken_back_by_people(
    hands: GithubHands, story: Story
) -> None:
    last = feature_with_a_merge(story)
    pull = story.world.open_pull("feature", "A feature")
    story.git.git("update-ref", "refs/heads/main", last)
    pull |= {"state": "closed", "merged_at": story.world.now(), "merge_commit_sha": last}
    pull["_commits"] = 3

    result = await rehearsed(hands, pull["number"])

    assert result.code == "not_certain"
    assert "(Feature 0)" in result.reason


async def test_a_squash_of_a_branch_with_a_merge_in_it_is_taken_back_whole(
    hands: GithubHands, story: Story
) -> None:
    feature_with_a_merge(story)

    result = await rehearsed(hands, merged(story, "squash"))

    assert removed(result) == {"feature/0.txt", "feature/1.txt"}
