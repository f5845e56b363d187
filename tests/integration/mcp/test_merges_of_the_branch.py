"""Who merges the branch into own work and pushes that brought this work: the others' is never taken back for it."""

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


def carols(story: Story, method: str = "squash") -> int:
    """Merge what Carol did, as a pull request, and return its number."""
    parents = (story.since,)
    story.git.commit({"carol.txt": b"1\n"}, "Carol's work", branch="carol", parents=parents)
    number: int = story.world.open_pull("carol", "Carol's work")["number"]
    story.world.merge(number, method=method)
    return number


def bobs(story: Story) -> str:
    """Commit what Bob did, on top of what main was long ago."""
    return story.git.commit({"bob.txt": b"1\n"}, "Say hello", branch="bob", parents=(story.since,))


def merged(story: Story, first: str, *others: str, message: str = "Put it together") -> str:
    """Merge commits and push that to main."""
    tree = first
    for other in others:
        tree = story.git.ask("merge-tree", "--write-tree", first, other)
    parents = [word for each in (first, *others) for word in ("-p", each)]
    sha = story.git.ask("commit-tree", tree, *parents, "-m", message)
    story.git.git("update-ref", "refs/heads/main", sha)
    return sha


def main(story: Story) -> str:
    return story.git.head() or ""


def removed(result: ToolResult) -> set[str]:
    """Return the paths that the revert removes."""
    return {each.split(" ")[0] for each in data(result)["changes"][1:] if "removed" in each}


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
@pytest.mark.parametrize("later", [0, 2])
async def test_a_merge_of_what_came_by_pull_requests_is_not_taken_back_whole(
    hands: GithubHands, story: Story, method: str, later: int
) -> None:
    own = bobs(story)
    carols(story, method)
    for number in range(later):
        story.git.commit({f"direct/{number}.txt": b"1\n"}, f"Direct {number}")
    merge = merged(story, own, main(story))
    story.git.commit({"docs/d.md": b"after\n"}, "After")

    result = await hands.rehearse(hands.revert(merge))

    assert result.code == "merge_of_branch"
    assert f"{own[:12]} (Say hello)" in result.reason
    assert f"git revert -m 2 {merge}" in result.reason
    assert "Carol's work" not in result.reason
    assert story.world.writes == []


@pytest.mark.parametrize(
    "message",
    [
        "Merge branch 'main' of github.com:acme/store",
        "Merge branch 'main' into bob",
        "Merge remote-tracking branch 'origin/main'",
        "Merge remote-tracking branch 'upstream/main' into bob\n\nAnd more.",
    ],
)
async def test_a_merge_that_says_itself_that_it_is_one_of_the_branch_is_not_taken_back_whole(
    hands: GithubHands, story: Story, message: str
) -> None:
    own = bobs(story)
    story.git.commit({"carol.txt": b"1\n"}, "Carol's work")

    result = await hands.rehearse(hands.revert(merged(story, own, main(story), message=message)))

    assert result.code == "merge_of_branch"
    assert "git revert -m 1 or -m 2" in result.reason


@pytest.mark.parametrize("is_named_as_pull", [False, True])
async def test_a_merge_made_on_the_branch_of_a_pull_request_is_not_taken_back_whole(
    hands: GithubHands, story: Story, is_named_as_pull: bool
) -> None:
    own = bobs(story)
    story.git.commit({"carol.txt": b"1\n"}, "Carol's work")
    pull = story.world.open_pull("bob", "Say hello")
    merge = merged(story, own, main(story))
    pull |= {"state": "closed", "merged_at": story.world.now(), "merge_commit_sha": merge}
    pull["head"]["sha"] = merge
    pull["_commits"] = 2
    named = {"pull_request": pull["number"]} if is_named_as_pull else {"sha": merge}

    result = await hands.rehearse(hands.call("create_revert_pr", branch=BRANCH, **named))

    assert result.code == ("not_certain" if is_named_as_pull else "merge_of_branch")
    assert ("git revert -m 1 or -m 2" in result.reason) is not is_named_as_pull


@pytest.mark.parametrize("is_named_as_pull", [False, True])
async def test_the_merge_of_a_pull_request_is_taken_back_whatever_came_by_others(
    hands: GithubHands, story: Story, is_named_as_pull: bool
) -> None:
    bobs(story)
    carols(story)
    number = story.world.open_pull("bob", "Say hello")["number"]
    merge = story.world.merge(number, "Merge branch 'main'")
    named = {"pull_request": number} if is_named_as_pull else {"sha": merge}
    story.world.asked.clear()

    result = await hands.rehearse(hands.call("create_revert_pr", branch=BRANCH, **named))

    assert removed(result) == {"bob.txt"}
    lists = [path for _, path in story.world.asked if path.endswith("/pulls")]
    compared = [path for _, path in story.world.asked if "/compare/" in path]
    # Two of the lists, and the comparison, are asked for of every change.
    assert (len(lists), len(compared)) == (2 if is_named_as_pull else 3, 1)


@pytest.mark.parametrize(
    "message", ["Merge branch 'bob'", "Merge branch 'bob' into 'main'", "Merge branch 'mainly'"]
)
async def test_a_merge_by_hand_is_taken_back_as_git_does(
    hands: GithubHands, story: Story, message: str
) -> None:
    own = bobs(story)
    carols(story)
    merge = merged(story, main(story), own, message=message)

    result = await hands.rehearse(hands.revert(merge))

    assert removed(result) == {"bob.txt"}
    reverted = story.git.reverted(main(story), "-m", "1", merge)
    assert reverted is not None
    assert set(story.git.files(main(story))) - set(reverted) == {"bob.txt"}


async def test_what_came_to_main_may_be_merged_into_another_branch_and_taken_back_there(
    hands: GithubHands, story: Story
) -> None:
    own = bobs(story)
    carols(story)
    merge = merged(story, own, main(story), message="Merge branch 'main' into release")
    story.git.git("update-ref", "refs/heads/release", merge)
    story.git.git("update-ref", "refs/heads/main", f"{merge}^2")

    result = await hands.rehearse(hands.revert(merge, base="release"))

    assert removed(result) == {"carol.txt"}


async def test_a_merge_of_a_history_of_its_own_is_taken_back(
    hands: GithubHands, story: Story
) -> None:
    other = story.git.commit({"lib/a.txt": b"1\n"}, "Of its own", branch="lib", parents=())
    tree = story.git.commit({"lib/a.txt": b"1\n"}, "Both", branch="both", parents=(story.since,))
    sha = story.git.ask(
        "commit-tree", f"{tree}^{{tree}}", "-p", story.since, "-p", other, "-m", "Take it in"
    )
    story.git.git("update-ref", "refs/heads/main", sha)

    assert removed(await hands.rehearse(hands.revert(sha))) == {"lib/a.txt"}
