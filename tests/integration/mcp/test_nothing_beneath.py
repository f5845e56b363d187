"""Commits that are pushed beneath the approved revert, which stays what it was, come along nowhere."""

from collections.abc import AsyncIterator, Callable

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data

from sre_agent.domain.tools import ToolCall

pytestmark = pytest.mark.attack("grant turned on another call, object or state")


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


@pytest.fixture
async def merge(hands: GithubHands, story: Story) -> ToolCall:
    """Return the call that merges what was proposed."""
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    await hands.write(proposal, hands.grant(proposal, rehearsed))
    return hands.merge(data(rehearsed)["result_sha256"])


def push_beneath(story: Story) -> None:
    """Put a commit between the base and the revert, whose words and content stay."""
    text = story.git.text(BRANCH, "app.py")
    said = story.git.ask("show", "-s", "--format=%B", BRANCH)
    story.git.commit({"evil.sh": b"x\n"}, "Evil", branch=BRANCH, parents=(story.since,))
    story.git.commit({"app.py": text.encode(), "new.txt": None}, said, branch=BRANCH)


def push_anew(story: Story) -> None:
    """Put the revert on a history that has no commit in common with the base."""
    said, tree = story.git.ask("show", "-s", "--format=%B", BRANCH), f"{BRANCH}^{{tree}}"
    root = story.git.ask("commit-tree", f"{story.since}^{{tree}}", "-m", "All of it anew")
    anew = story.git.ask("commit-tree", tree, "-p", root, "-m", said)
    story.git.git("update-ref", f"refs/heads/{BRANCH}", anew)


@pytest.mark.parametrize("push", [push_beneath, push_anew])
async def test_it_is_not_merged(
    push: Callable[[Story], None], hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    grant = await hands.granted(merge)
    push(story)

    result = await hands.write(merge, grant)

    assert result.code == "head_moved"
    assert story.git.head() == story.since


async def test_what_the_base_has_no_more_is_not_brought_back(
    hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    grant = await hands.granted(merge)
    anew = story.git.commit(
        {"app.py": story.main().encode()}, "Go on without the page", parents=(story.bad,)
    )

    result = await hands.write(merge, grant)

    assert result.code == "head_moved"
    assert story.git.head() == anew


async def test_a_base_that_went_on_is_merged_into(
    hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    grant = await hands.granted(merge)
    story.git.commit({"docs/b.md": b"elsewhere\n"}, "Elsewhere")

    result = await hands.write(merge, grant)

    assert data(result)["outcome"] == "applied"


async def test_it_is_not_the_revert_that_was_asked_for(
    hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    push_beneath(story)

    rehearsed = await hands.rehearse(hands.revert(story.bad))

    assert rehearsed.code == "branch_taken"


async def test_once_merged_by_somebody_it_is_not_told_as_ours(
    hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    push_beneath(story)
    story.world.merge(1)

    rehearsed = await hands.rehearse(merge)

    assert rehearsed.code == "head_moved"


async def test_what_somebody_merged_with_it_is_not_told_as_the_revert(
    hands: GithubHands, story: Story, merge: ToolCall
) -> None:
    push_beneath(story)
    story.world.merge(1)

    rehearsed = await hands.rehearse(hands.revert(story.bad))

    assert rehearsed.code == "nothing_to_revert"
    assert "holds nothing" in rehearsed.reason


async def test_no_pull_request_is_opened_for_it_in_our_name(
    hands: GithubHands, story: Story
) -> None:
    proposal = hands.revert(story.bad)
    grant = await hands.granted(proposal)
    story.world.lose = lambda verb, path: verb == "POST" and path.endswith("/git/refs")
    await hands.write(proposal, grant)
    story.world.lose = None
    push_beneath(story)

    result = await hands.write(proposal, grant)

    assert result.code == "branch_taken"
    assert story.world.pulls == []
