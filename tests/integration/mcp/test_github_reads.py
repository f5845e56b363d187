"""What the GitHub server tells of a repository: bounded, without secrets, and with the rate limit."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from github_lab import READS, GithubHands, github_of, hands_on
from github_story import Story, tell
from github_world import stamp
from hands_lab import Signer, data

from sre_agent.domain.tools import ToolStatus


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("story"))


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world, "/api/v3") as forge, hands_on(forge, signer) as found:
        yield found


async def test_commits_are_listed_by_time_and_path(hands: GithubHands, story: Story) -> None:
    every = data(await hands.read("list_commits"))
    one_path = data(await hands.read("list_commits", path="app.py"))
    late = every["commits"][0]["committed_at"]
    recent = data(await hands.read("list_commits", since=late))
    first = await hands.read("list_commits", limit=1)

    assert [each["sha"] for each in every["commits"]] == [story.since, story.bad, story.first]
    assert [each["author"] for each in every["commits"]] == ["linus", "ada", "grace"]
    assert len(one_path["commits"]) == 3
    assert [each["sha"] for each in recent["commits"]] == [story.since]
    assert first.left_out == ("more than 1 commits: older ones left out",)
    assert every["rate_limit"]["limit"] == 5000


async def test_a_commit_is_told_with_its_diff_and_without_secrets(
    hands: GithubHands, story: Story
) -> None:
    found = data(await hands.read("get_commit", sha=story.bad))

    patches = {file["path"]: file["patch"] for file in found["files"]}
    assert "+def step_5(cart): return cart['total']" in patches["app.py"]
    assert "password=[redacted]" in patches["new.txt"]
    assert "hunter2" not in str(found)


async def test_a_commit_says_whether_all_its_files_are_told(
    hands: GithubHands, story: Story
) -> None:
    many = {f"docs/{at:03}.md": b"a\n" for at in range(101)}
    sha = story.git.commit(many, "Write", branch="many", parents=(story.since,))

    cut = data(await hands.read("get_commit", sha=sha))
    whole = data(await hands.read("get_commit", sha=story.bad))

    assert (len(cut["files"]), cut["has_all_files"]) == (100, False)
    assert whole["has_all_files"]
    assert all(file["is_whole"] for file in whole["files"])


async def test_two_revisions_are_compared(hands: GithubHands, story: Story) -> None:
    found = data(await hands.read("compare", base=story.first, head="main"))

    assert (found["status"], found["ahead_by"]) == ("ahead", 2)
    assert [each["sha"] for each in found["commits"]] == [story.since, story.bad]


async def test_a_branch_may_be_called_like_a_part_of_an_address(
    hands: GithubHands, story: Story
) -> None:
    sha = story.git.commit({"c": b"c\n"}, "C", branch="fix/#12", parents=(story.since,))

    found = data(await hands.read("compare", base="main", head="fix/#12"))
    commit = data(await hands.read("get_commit", sha="fix/#12"))

    assert [each["sha"] for each in found["commits"]] == [sha]
    assert commit["commit"]["sha"] == sha


async def test_a_path_of_a_file_is_sent_as_it_is(hands: GithubHands, story: Story) -> None:
    story.git.commit({"%2e%2e/a b#c?d.txt": b"x\n"}, "Odd", branch="odd", parents=(story.since,))

    found = data(await hands.read("get_file", path="%2e%2e/a b#c?d.txt", ref="odd"))

    assert found["text"] == "x\n"


async def test_a_file_its_lines_and_who_wrote_them_are_told(
    hands: GithubHands, story: Story
) -> None:
    text = data(await hands.read("get_file", path="app.py", first_line=6, lines=1))
    secret = data(await hands.read("get_file", path="new.txt"))
    blame = data(await hands.read("blame", path="app.py", first_line=6, last_line=6))

    assert text["text"] == "def step_5(cart): return cart['total']"
    assert secret["text"] == "password=[redacted]\n"
    assert [(each["sha"], each["author"]) for each in blame["ranges"]] == [(story.bad, "ada")]


async def test_code_and_its_owners_are_found(hands: GithubHands) -> None:
    hits = data(await hands.read("search_code", query="cart['total']"))
    owners = data(await hands.read("codeowners", paths="app.py,docs/a.md"))
    elsewhere = await hands.read("search_code", query="total repo:acme/payroll")

    assert [each["path"] for each in hits["files"]] == ["app.py"]
    assert [each["owners"] for each in owners["paths"]] == [["@acme/cart"], ["@acme/all"]]
    assert elsewhere.code == "invalid_arguments"


async def test_pull_requests_deployments_runs_and_releases_are_listed(
    hands: GithubHands, story: Story
) -> None:
    world, at = story.world, stamp(1_790_000_000)
    story.git.commit({"b": b"b\n"}, "On a branch", branch="topic", parents=(story.since,))
    number = world.open_pull("topic", "A topic")["number"]
    world.deployments = [
        {"id": 1, "sha": story.since, "ref": "main", "environment": "prod", "created_at": at}
    ]
    world.deployment_statuses = {1: [{"state": "success", "created_at": at}]}
    world.runs = [
        {
            "id": 9,
            "name": "build",
            "head_branch": "main",
            "head_sha": story.since,
            "status": "completed",
            "conclusion": "success",
            "run_attempt": 1,
            "created_at": at,
        }
    ]
    world.releases = [{"tag_name": "v1", "published_at": at}]

    pulls = data(await hands.read("list_pull_requests", state="open"))
    pull = data(await hands.read("get_pull_request", number=number))
    deployments = data(await hands.read("list_deployments"))
    runs = data(await hands.read("list_workflow_runs"))
    releases = data(await hands.read("list_releases"))

    assert [each["title"] for each in pulls["pull_requests"]] == ["A topic"]
    assert [each["path"] for each in pull["files"]] == ["b"]
    assert [each["state"] for each in deployments["deployments"]] == ["success"]
    assert [each["conclusion"] for each in runs["runs"]] == ["success"]
    assert [each["tag"] for each in releases["releases"]] == ["v1"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_file", {"path": "../../user"}),
        ("get_file", {"path": "app.py", "ref": "../x"}),
        ("get_commit", {"sha": "../../../user"}),
        ("blame", {"path": ""}),
        ("list_commits", {"since": "yesterday"}),
        ("list_commits", {"since": "9999-12-31T23:59:59-14:00"}),
        ("list_commits", {"until": "0001-01-01T00:00:00+14:00"}),
        ("list_commits", {"limit": 0}),
        ("compare", {"base": "main", "head": "a...b/.."}),
        ("compare", {"base": "%2e%2e/%2e%2e/user", "head": "main"}),
        ("compare", {"base": "main", "head": "main/%2E%2E/x"}),
        ("get_commit", {"sha": "%2e%2e"}),
        ("get_file", {"path": "app.py", "ref": "%2e%2e"}),
        ("get_file", {"path": "app.py\x00"}),
        ("get_file", {"path": "docs/a\x1b[2J.md"}),
        ("blame", {"path": "app\x7f.py"}),
        ("list_commits", {"path": "docs/\x00"}),
        ("list_commits", {"path": "../../etc"}),
        ("list_commits", {"path": "docs//a.md"}),
        ("blame", {"path": "app.py", "first_line": 0}),
        ("blame", {"path": "app.py", "first_line": 5, "last_line": 2}),
    ],
)
@pytest.mark.attack("arguments that lead elsewhere")
async def test_arguments_that_lead_elsewhere_are_refused_and_not_asked(
    hands: GithubHands, story: Story, tool: str, arguments: dict[str, str | int]
) -> None:
    count = len(story.world.asked)

    result = await hands.read(tool, **arguments)

    assert result.code == "invalid_arguments"
    assert len(story.world.asked) == count


async def test_a_used_up_rate_limit_is_told_with_its_end(tmp_path: Path, signer: Signer) -> None:
    world = tell(tmp_path).world
    async with github_of(world) as forge, hands_on(forge, signer) as hands:
        world.limits.remaining = 0
        world.limits.resets_at_s = 4_000_000_000

        result = await hands.read("list_commits")
        again = await hands.read("list_releases")

    assert (result.status, result.code) == (ToolStatus.REFUSED, "rate_limited")
    assert again.code == "rate_limited"
    assert len(world.asked) == 1


async def test_an_app_reads_and_writes_with_tokens_made_for_no_more(
    tmp_path: Path, signer: Signer
) -> None:
    story = tell(tmp_path)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "app.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    story.world.app_key = public.decode()
    app = {
        "github_read_token": None,
        "github_write_token": None,
        "github_app_id": "123",
        "github_app_private_key_file": file,
        "github_app_can_write": True,
    }
    async with github_of(story.world) as forge, hands_on(forge, signer, **app) as hands:
        story.world.tokens.clear()
        call = hands.revert(story.bad)

        result = await hands.write(call, await hands.granted(call))

    assert data(result)["outcome"] == "applied"
    assert sorted(story.world.tokens.values()) == ["read", "write"]
    assert READS not in story.world.tokens
