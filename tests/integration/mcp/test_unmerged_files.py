"""A file that .gitattributes keeps from being merged is no text to a revert either: a person puts it together."""

from collections.abc import AsyncIterator

import pytest
from github_lab import GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


@pytest.mark.parametrize("attributes", [".gitattributes", "deploy/.gitattributes"])
async def test_a_file_that_is_not_merged_is_a_conflict(
    hands: GithubHands, story: Story, attributes: str
) -> None:
    lines = [f"row {number}\n" for number in range(40)]
    bad, since = list(lines), list(lines)
    bad[3] = since[3] = "wrong\n"
    since[30] = "later\n"
    story.git.commit({attributes: b"*.lock -merge\n", "deploy/all.lock": "".join(lines).encode()})
    sha = story.git.commit({"deploy/all.lock": "".join(bad).encode()}, "Lock it")
    before = await hands.rehearse(hands.revert(sha))
    story.git.commit({"deploy/all.lock": "".join(since).encode()}, "Later")

    result = await hands.rehearse(hands.revert(sha))

    assert data(before)["changes"][1:] == ["deploy/all.lock is put back"]
    assert result.code == "revert_conflict"
    assert "deploy/all.lock: it was changed since, and .gitattributes keeps it" in result.reason


async def test_a_file_that_keeps_both_sides_where_they_meet_is_merged_where_they_do_not(
    hands: GithubHands, story: Story
) -> None:
    lines = [f"row {number}\n" for number in range(40)]
    bad, since, met = list(lines), list(lines), list(lines)
    bad[3] = since[3] = "wrong\n"
    since[30], met[3] = "later\n", "better\n"
    story.git.commit({".gitattributes": b"*.md merge=union\n", "NEWS.md": "".join(lines).encode()})
    sha = story.git.commit({"NEWS.md": "".join(bad).encode()}, "Tell it")
    story.git.commit({"NEWS.md": "".join(since).encode()}, "Later")
    apart = await hands.rehearse(hands.revert(sha))
    story.git.commit({"NEWS.md": "".join(met).encode()}, "Better")

    result = await hands.rehearse(hands.revert(sha))

    assert data(apart)["changes"][1:] == ["NEWS.md is put back"]
    assert result.code == "revert_conflict"
