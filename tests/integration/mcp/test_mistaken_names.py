"""What is called like the branch of a revert, or like its base, is not taken for it."""

from collections.abc import AsyncIterator

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def test_a_tag_that_is_called_like_the_branch_is_not_the_branch(
    hands: GithubHands, story: Story
) -> None:
    stray = story.git.commit({"x": b"x\n"}, "Stray", branch="stray", parents=(story.first,))
    story.git.commit({"x": b"x\n"}, "By its own")
    story.git.git("update-ref", "refs/tags/main", stray)

    result = await hands.rehearse(hands.revert(stray))

    assert result.code == "not_on_branch"


async def test_an_older_pull_request_of_the_branch_is_not_the_one_that_was_to_be_opened(
    hands: GithubHands, story: Story
) -> None:
    story.git.commit({"x": b"x\n"}, "Earlier", branch=BRANCH, parents=(story.since,))
    story.world.open_pull(BRANCH, "Earlier")["state"] = "closed"
    story.git.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    story.world.barred = "/pulls"
    proposal = hands.revert(story.bad)

    result = await hands.write(proposal, await hands.granted(proposal))

    assert result.code == "forbidden"
