"""Comments, issues and repeated runs: each once for each grant."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from github_lab import GithubHands, github_of, hands_on
from github_story import Story, tell
from github_world import stamp
from hands_lab import Signer, data

from sre_agent.domain.tools import ToolCall, ToolStatus


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


def words(hands: GithubHands, tool: str) -> ToolCall:
    if tool == "create_issue":
        return hands.call(tool, title="The fault is back", body="token=abcdef123456", labels="sre")
    return hands.call(tool, number=1, body="It did it.\n\ntoken=abcdef123456")


@pytest.mark.parametrize("tool", ["create_issue", "comment_on_pull_request"])
async def test_words_are_said_once_for_each_grant_and_without_secrets(
    hands: GithubHands, story: Story, tool: str
) -> None:
    call = words(hands, tool)
    grant = await hands.granted(call)

    first = await hands.write(call, grant)
    again = await hands.write(call, grant)
    rehearsed = await hands.rehearse(call)

    said = [*story.world.issues, *story.world.comments]
    assert [data(first)["outcome"], data(again)["outcome"]] == ["applied", "already_applied"]
    assert len(said) == 1
    assert "token=[redacted]" in said[0]["body"]
    assert data(rehearsed)["changes"] == []


@pytest.mark.parametrize("tool", ["create_issue", "comment_on_pull_request"])
async def test_words_whose_answer_was_lost_are_not_said_twice(
    hands: GithubHands, story: Story, tool: str
) -> None:
    call = words(hands, tool)
    grant = await hands.granted(call)
    story.world.lose = lambda verb, path: verb == "POST" and "/git/" not in path
    lost = await hands.write(call, grant)
    story.world.lose = None

    again = await hands.write(call, grant)

    assert lost.status is ToolStatus.UNREACHABLE
    assert data(again)["outcome"] == "already_applied"
    assert len([*story.world.issues, *story.world.comments]) == 1


@pytest.mark.parametrize("tool", ["create_issue", "comment_on_pull_request"])
@pytest.mark.parametrize("lost", ["/git/commits", "/git/refs"])
async def test_what_was_only_about_to_be_said_is_said_by_the_same_server_later(
    hands: GithubHands, story: Story, tool: str, lost: str
) -> None:
    call = words(hands, tool)
    grant = await hands.granted(call)
    story.world.lose = lambda verb, path: verb == "POST" and path.endswith(lost)
    broken = await hands.write(call, grant)
    story.world.lose = None

    again = await hands.write(call, grant)

    assert broken.status is ToolStatus.UNREACHABLE
    assert data(again)["outcome"] == "applied"
    assert len([*story.world.issues, *story.world.comments]) == 1
    assert "sre-agent/grants" not in story.git.ask("for-each-ref"), "nothing is left behind"


@pytest.mark.parametrize("tool", ["create_issue", "comment_on_pull_request"])
async def test_two_servers_with_one_grant_say_it_once(
    story: Story, signer: Signer, tool: str
) -> None:
    async with (
        github_of(story.world) as forge,
        hands_on(forge, signer) as one,
        hands_on(forge, signer) as other,
    ):
        call = words(one, tool)
        grant = await one.granted(call)

        results = await asyncio.gather(one.write(call, grant), other.write(call, grant))
        again = await other.write(call, grant)

    assert len([*story.world.issues, *story.world.comments]) == 1
    codes = {result.code for result in results if result.status is not ToolStatus.OK}
    assert codes <= {"outcome_unknown"}
    assert data(again)["outcome"] == "already_applied"


async def test_what_a_server_began_that_died_is_said_by_another_only_when_that_is_over(
    hands: GithubHands, story: Story
) -> None:
    call = words(hands, "create_issue")
    grant = await hands.granted(call, jti="grant-of-both")
    began = datetime.now(UTC)

    codes = []
    for seconds in (10, 300):
        message = json.dumps({"by": "dead", "at": (began - timedelta(seconds=seconds)).isoformat()})
        sha = story.git.ask("commit-tree", f"{story.since}^{{tree}}", "-m", message)
        story.git.git("update-ref", "refs/sre-agent/grants/grant-of-both", sha)
        codes.append((await hands.write(call, grant)).code)

    assert codes == ["outcome_unknown", ""]
    assert len(story.world.issues) == 1


async def test_a_credential_that_may_speak_and_not_push_speaks(
    hands: GithubHands, story: Story
) -> None:
    call = words(hands, "create_issue")
    grant = await hands.granted(call)
    story.world.barred = "/git/"

    result = await hands.write(call, grant)

    assert data(result)["outcome"] == "applied"
    assert len(story.world.issues) == 1


async def test_a_run_is_repeated_once(hands: GithubHands, story: Story) -> None:
    call = hands.call("rerun_workflow", run_id=9)
    grant = await hands.granted(call)

    first = await hands.write(call, grant)
    again = await hands.write(call, grant)

    assert data(first)["outcome"] == "applied"
    assert again.code == "outcome_unknown"
    assert story.world.runs[0]["run_attempt"] == 2


async def test_a_run_that_goes_on_is_not_repeated(hands: GithubHands, story: Story) -> None:
    story.world.runs[0]["status"] = "in_progress"

    result = await hands.rehearse(hands.call("rerun_workflow", run_id=9))

    assert result.code == "conflict"
