"""A pull request that came to its branch with another one: nobody takes the other one back in its name."""

from collections.abc import AsyncIterator

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data

from sre_agent.domain.tools import ToolResult


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def rehearsed(hands: GithubHands, number: int) -> ToolResult:
    return await hands.rehearse(hands.call("create_revert_pr", pull_request=number, branch=BRANCH))


def came_with(story: Story, number: int, commit: str) -> None:
    """Mark a pull request as merged by a commit that was none of its own."""
    pull = story.world.pull(number)
    assert pull is not None
    pull |= {"state": "closed", "merged_at": story.world.now(), "merge_commit_sha": commit}
    pull["_commits"] = 1


async def test_one_that_came_with_another_is_not_taken_back_as_that_other(
    hands: GithubHands, story: Story
) -> None:
    ann = story.git.commit({"ann": b"ann\n"}, "One line", branch="ann", parents=(story.since,))
    below = story.world.open_pull("ann", "Ann's")["number"]
    story.git.commit({"bob": b"bob\n"}, "Much more", branch="bob", parents=(ann,))
    above = story.world.open_pull("bob", "Bob's")["number"]
    merge = story.world.merge(above, "Merge Bob's\n\nAll of it.")
    came_with(story, below, merge)

    refused = await rehearsed(hands, below)
    whole = await rehearsed(hands, above)

    assert refused.code == "not_certain"
    assert f"#{below} came with {merge[:12]} (Merge Bob's)" in refused.reason
    assert {each.split(" ")[0] for each in data(whole)["changes"][1:]} == {"ann", "bob"}


async def test_one_that_ends_with_a_merge_of_its_base_is_not_taken_back_as_the_base(
    hands: GithubHands, story: Story
) -> None:
    """Pushed as it is: what the merge brought to its first parent is everybody else's work."""
    ann = story.git.commit({"ann": b"ann\n"}, "One line", branch="ann", parents=(story.since,))
    main = story.git.commit({"bob": b"bob\n"}, "Meanwhile")
    merge = story.git.commit({"bob": b"bob\n"}, "Merge main", branch="ann", parents=(ann, main))
    number = story.world.open_pull("ann", "Ann's")["number"]
    story.git.git("update-ref", "refs/heads/main", merge)
    came_with(story, number, merge)

    result = await rehearsed(hands, number)

    assert result.code == "not_certain"


async def test_a_merge_of_several_branches_at_once_is_none_of_them(
    hands: GithubHands, story: Story
) -> None:
    heads = [
        story.git.commit({name: b"x\n"}, name, branch=name, parents=(story.since,))
        for name in ("ann", "bob")
    ]
    number = story.world.open_pull("ann", "Ann's")["number"]
    edits = {"ann": b"x\n", "bob": b"x\n"}
    came_with(story, number, story.git.commit(edits, "All", parents=(story.since, *heads)))

    result = await rehearsed(hands, number)

    assert result.code == "not_certain"
