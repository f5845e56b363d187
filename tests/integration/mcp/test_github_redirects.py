"""GitHub's redirects: of a renamed repository nothing is told or written, and no token goes elsewhere."""

from collections.abc import AsyncIterator, Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from github_lab import BRANCH, GithubHands, github_of, hands_on
from github_story import Story, tell
from github_world import stamp
from hands_lab import Signer
from http_listener import answering

from sre_agent.domain.tools import ToolCall, ToolStatus

RENAMED = "acme/store was renamed or moved"
CALLED = "write into GITHUB_REPOSITORIES what it is called now"

Asking = Callable[[GithubHands, Story], ToolCall]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    found = tell(tmp_path)
    found.git.commit({"b": b"b\n"}, "On a branch", branch="topic", parents=(found.since,))
    found.world.open_pull("topic", "A topic")
    found.world.runs = [
        {
            "id": 9,
            "name": "build",
            "head_sha": found.since,
            "status": "completed",
            "conclusion": "failure",
            "run_attempt": 1,
            "created_at": stamp(1_790_000_000),
        }
    ]
    return found


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_commits", {}),
        ("get_commit", {"sha": "main"}),
        ("compare", {"base": "main", "head": "topic"}),
        ("list_pull_requests", {}),
        ("get_pull_request", {"number": 1}),
        ("list_deployments", {}),
        ("list_workflow_runs", {}),
        ("list_releases", {}),
        ("get_file", {"path": "app.py"}),
        ("codeowners", {}),
    ],
)
async def test_nothing_is_told_of_a_renamed_repository(
    hands: GithubHands, story: Story, tool: str, arguments: dict[str, str | int]
) -> None:
    story.world.redirect = story.world.renamed

    result = await hands.read(tool, **arguments)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "moved")
    assert f"{RENAMED} (to /repositories/4711): {CALLED}" in result.reason
    assert not any("/repositories/" in path for _, path in story.world.asked)


async def test_half_a_renamed_repository_is_not_taken_for_the_whole(
    hands: GithubHands, story: Story
) -> None:
    """Its trees would come without their folders, for what was asked of an address is lost."""
    guilty = story.git.commit({"docs/a.md": b"wrong\n"}, "Rewrite", branch="main")
    story.world.redirect = lambda verb, url: (
        story.world.renamed(verb, url) if "/git/trees/" in url else None
    )

    result = await hands.rehearse(hands.revert(guilty))

    assert (result.status, result.code) == (ToolStatus.REFUSED, "moved")


WRITES: dict[str, tuple[str, Asking]] = {
    "revert": ("/git/blobs", lambda hands, story: hands.revert(story.bad)),
    "branch": ("/git/refs", lambda hands, story: hands.revert(story.bad)),
    "proposal": ("/pulls", lambda hands, story: hands.revert(story.bad)),
    "comment": (
        "/issues/1/comments",
        lambda hands, _: hands.call("comment_on_pull_request", number=1, body="It did it."),
    ),
    "turn": (
        "/git/refs",
        lambda hands, _: hands.call("comment_on_pull_request", number=1, body="It did it."),
    ),
    "issue": (
        "/issues",
        lambda hands, _: hands.call("create_issue", title="It is back", body="Again."),
    ),
    "rerun": ("/rerun", lambda hands, _: hands.call("rerun_workflow", run_id=9)),
}


@pytest.mark.parametrize(
    ("write", "status"),
    [*((write, 307) for write in WRITES), *(("rerun", other) for other in (301, 302, 303, 308))],
)
async def test_a_write_that_is_redirected_was_not_done(
    hands: GithubHands, story: Story, write: str, status: int
) -> None:
    where, asking = WRITES[write]
    call = asking(hands, story)
    grant = await hands.granted(call)

    def moved(verb: str, url: str) -> tuple[int, str] | None:
        found = story.world.renamed(verb, url)
        return (status, found[1]) if found and verb == "POST" and url.endswith(where) else None

    story.world.redirect = moved

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "moved")
    assert RENAMED in result.reason
    assert not [*story.world.issues, *story.world.comments, *story.world.pulls[1:]]
    assert story.world.runs[0]["run_attempt"] == 1
    assert (story.git.head(BRANCH) is None) == (write != "proposal")


async def test_a_merge_that_is_redirected_was_not_done(hands: GithubHands, story: Story) -> None:
    revert = hands.revert(story.bad)
    rehearsed = await hands.rehearse(revert)
    assert rehearsed.data is not None
    await hands.write(revert, hands.grant(revert, rehearsed))
    call = hands.merge(rehearsed.data["result_sha256"])
    grant = await hands.granted(call)
    story.world.redirect = lambda verb, url: (
        story.world.renamed(verb, url) if verb == "PUT" else None
    )

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "moved")
    assert all(pull["merged_at"] is None for pull in story.world.pulls)


async def test_the_new_name_is_told_where_the_redirect_holds_it(
    story: Story, signer: Signer
) -> None:
    story.world.redirect = lambda _verb, url: (301, url.replace("acme/store", "acme/shop", 1))

    async with github_of(story.world, "/api/v3") as forge, hands_on(forge, signer) as hands:
        result = await hands.read("list_commits")

    assert f"{RENAMED} (to /repos/acme/shop): {CALLED}" in result.reason


@pytest.mark.parametrize(
    "location", ["", "/login?token=abcdef123456", "http://[", "//", "ftp://a b"]
)
async def test_a_redirect_to_nothing_that_is_known_is_refused(
    hands: GithubHands, story: Story, location: str
) -> None:
    story.world.redirect = lambda _verb, _url: (302, location)

    result = await hands.read("list_commits")

    assert (result.status, result.code) == (ToolStatus.REFUSED, "moved")
    assert "abcdef123456" not in result.reason


async def test_no_credential_goes_to_another_server(hands: GithubHands, story: Story) -> None:
    came = list[str]()

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_error(404)

        def do_POST(self) -> None:
            self.do_GET()

    with answering(Other) as other:
        call = hands.call("rerun_workflow", run_id=9)
        grant = await hands.granted(call)
        story.world.redirect = lambda _verb, _url: (307, f"http://eve@{other}/a?key=abcdef123456")

        read = await hands.read("list_commits")
        written = await hands.write(call, grant)

    assert [read.code, written.code] == ["moved", "moved"]
    assert "leads to http://127.0.0.1: look whether GITHUB_URL is right" in read.reason
    assert "abcdef123456" not in read.reason
    assert "eve" not in read.reason
    assert came == []
