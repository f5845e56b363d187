"""What keeps the tools that write to GitHub from writing at all: credentials, limits, the kill switch."""

from collections.abc import AsyncIterator

import pytest
from github_lab import BRANCH, READS, GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer

from sre_agent.domain.tools import ToolStatus

WEAK = "github-weak-0123456789"

pytestmark = pytest.mark.attack("grant turned on another call, object or state")


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def test_a_credential_that_may_not_write_is_told_what_it_lacks(
    story: Story, signer: Signer
) -> None:
    async with (
        github_of(story.world) as forge,
        hands_on(forge, signer, github_write_token=WEAK) as hands,
    ):
        story.world.tokens[WEAK] = "read"
        call = hands.revert(story.bad)

        result = await hands.write(call, await hands.granted(call))

    assert result.code == "forbidden"
    assert "contents=write" in result.reason
    assert story.git.head(BRANCH) is None


async def test_reading_never_uses_the_credential_that_writes(
    hands: GithubHands, story: Story
) -> None:
    del story.world.tokens[READS]

    result = await hands.read("list_commits")

    assert result.code == "forbidden"


async def test_a_rate_limit_is_told_with_its_end_and_nothing_is_asked_until_then(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant = await hands.granted(call)
    story.world.limits.retry_after_s = 600

    result = await hands.write(call, grant)
    story.world.limits.retry_after_s = None
    count = len(story.world.writes)
    again = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "rate_limited")
    assert "ask again after 2" in result.reason
    assert again.code == "rate_limited"
    assert len(story.world.writes) == count == 1
    assert story.git.head(BRANCH) is None


async def test_the_kill_switch_stops_an_approved_write(story: Story, signer: Signer) -> None:
    async with (
        github_of(story.world) as forge,
        hands_on(forge, signer, kill_switch=True) as hands,
    ):
        call = hands.revert(story.bad)

        result = await hands.write(call, await hands.granted(call))

    assert result.code == "halted"
    assert story.world.writes == []
