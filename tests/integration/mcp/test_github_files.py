"""Files are told line by line, however long they are: what is left out is said, and no secret is shown in part."""

from collections.abc import AsyncIterator

import pytest
from github_lab import GithubHands, github_of, hands_on
from github_story import Story
from hands_lab import Signer, data

from mcp_servers.github.file_tools import MAX_TEXT_CHARS

ROWS = 40_000


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def test_every_line_of_a_long_file_can_be_read(hands: GithubHands, story: Story) -> None:
    text = "\n".join(f"row {number}" for number in range(1, ROWS + 1))
    story.git.commit({"long.txt": text.encode()})

    result = await hands.read("get_file", path="long.txt", first_line=ROWS - 1, lines=5)

    assert data(result)["text"] == f"row {ROWS - 1}\nrow {ROWS}"
    assert data(result)["lines"] == ROWS
    assert result.left_out == (f"{ROWS - 2} of {ROWS} lines left out",)


async def test_a_line_that_is_cut_says_so_and_shows_no_begin_of_a_secret(
    hands: GithubHands, story: Story
) -> None:
    secret = "password=" + "hunter2" * 20
    text = "x" * (MAX_TEXT_CHARS - 20) + " " + secret + " " + "y" * 300_000
    story.git.commit({"long.txt": text.encode()})

    result = await hands.read("get_file", path="long.txt")

    assert "hunter" not in data(result)["text"]
    assert "more characters" in data(result)["text"]
    assert any("characters of the lines left out" in each for each in result.left_out)


async def test_a_secret_that_goes_on_after_the_lines_asked_for_is_masked(
    hands: GithubHands, story: Story
) -> None:
    text = 'one\ntoken: "ghs3cr3t\nmore s3cr3t"\nlast\n'
    story.git.commit({"a.yaml": text.encode()})

    result = await hands.read("get_file", path="a.yaml", first_line=1, lines=2)

    assert "s3cr3t" not in data(result)["text"]


async def test_a_secret_of_several_lines_moves_no_line(hands: GithubHands, story: Story) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIE\nMIIE\n-----END PRIVATE KEY-----"
    text = f'KEY = """{key}"""\nTOKEN: "two\nlines"\ndef total(): ...\n'
    story.git.commit({"keys.py": text.encode()})

    result = await hands.read("get_file", path="keys.py", first_line=7, lines=1)
    whole = await hands.read("get_file", path="keys.py")

    assert data(result)["text"] == "def total(): ..."
    assert "MIIE" not in data(whole)["text"]


async def test_a_long_diff_says_that_it_is_not_whole(hands: GithubHands, story: Story) -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "MIIE\n" * 60_000
    sha = story.git.commit({"key.pem": key.encode()}, "Add a key")

    result = await hands.read("get_commit", sha=sha)

    assert "MIIE" not in str(data(result)["files"])
    assert result.left_out == ("the diffs of 1 files are not shown whole",)


async def test_lines_beyond_the_end_are_not_nobodys(hands: GithubHands) -> None:
    result = await hands.read("blame", path="app.py", first_line=500)

    assert result.status.value == "no_data"
    assert "its last is 12" in result.reason
