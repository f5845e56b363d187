"""A merge waits for the checks that report on all that is merged, though a quick one is green already."""

from collections.abc import AsyncIterator

import pytest
from github_lab import GithubHands, Json, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data

from mcp_servers.common.clock import utc_now
from sre_agent.domain.tools import ToolResult

OLD = "2026-01-31T13:45:00Z"


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


def green(*names: str) -> list[Json]:
    return [{"name": name, "status": "completed", "conclusion": "success"} for name in names]


def merged(story: Story, name: str, *checks: str) -> None:
    """Merge a pull request on whose head these checks reported."""
    parents = (story.git.head() or "",)
    head = story.git.commit({f"{name}.txt": b"x\n"}, name, branch=name, parents=parents)
    story.world.checks_of[head] = green(*checks)
    story.world.merge(story.world.open_pull(name, name)["number"])


async def merging(
    hands: GithubHands, story: Story, *names: str, created_at: str = OLD, without: str = ""
) -> ToolResult:
    """Propose the revert, have checks report on it, and merge it."""
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    await hands.write(proposal, hands.grant(proposal, rehearsed))
    pull = story.world.pulls[-1]
    pull["created_at"] = created_at
    story.world.checks_of[pull["head"]["sha"]] = green(*names)
    merge = hands.merge(data(rehearsed)["result_sha256"], without_checks=without)
    return await hands.write(merge, await hands.granted(merge))


async def test_one_quick_check_is_not_all_of_them(hands: GithubHands, story: Story) -> None:
    merged(story, "one", "license/cla", "build")
    merged(story, "two", "license/cla", "build")

    early = await merging(hands, story, "license/cla")

    assert early.code == "checks_pending"
    assert "have not reported yet: build;" in early.reason
    assert story.world.pulls[-1]["merged_at"] is None


async def test_once_all_have_reported_it_is_merged(hands: GithubHands, story: Story) -> None:
    merged(story, "one", "license/cla", "build")

    result = await merging(hands, story, "license/cla", "build")

    assert data(result)["outcome"] == "applied"


async def test_where_nothing_was_merged_by_pull_request_the_commits_of_the_base_tell(
    hands: GithubHands, story: Story
) -> None:
    for sha in (story.bad, story.since):
        story.world.checks_of[sha] = green("license/cla", "build")

    result = await merging(hands, story, "license/cla")

    assert result.code == "checks_pending"
    assert "build" in result.reason


async def test_a_check_that_runs_no_more_or_on_some_paths_only_is_waited_for_a_while(
    hands: GithubHands, story: Story
) -> None:
    merged(story, "one", "build", "retired")
    merged(story, "two", "build")

    early = await merging(hands, story, "build", created_at=utc_now().isoformat())
    story.world.pulls[-1]["created_at"] = OLD
    patch = data(await hands.rehearse(hands.revert(story.bad)))["result_sha256"]
    merge = hands.merge(patch, without_checks="")
    later = await hands.write(merge, await hands.granted(merge))

    assert early.code == "checks_pending"
    assert "have not reported yet: retired;" in early.reason
    assert data(later)["outcome"] == "applied"


async def test_one_that_is_excepted_by_name_is_not_waited_for(
    hands: GithubHands, story: Story
) -> None:
    merged(story, "one", "license/cla", "build")

    result = await merging(hands, story, "license/cla", without="build")

    assert data(result)["outcome"] == "applied"
