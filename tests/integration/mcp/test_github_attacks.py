"""Hostile calls of the tools that write to GitHub: each is refused, and nothing is written."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from forgeries import FORGERIES, Scene
from github_lab import BRANCH, GithubHands, Json, github_of, hands_on
from github_story import Story
from hands_lab import CLUSTER_ID, Signer, data
from typing_extensions import override

from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus

pytestmark = pytest.mark.attack("grant turned on another call, object or state")


@pytest.fixture
async def hands(story: Story, signer: Signer) -> AsyncIterator[GithubHands]:
    async with github_of(story.world) as forge, hands_on(forge, signer) as found:
        yield found


async def proposed(hands: GithubHands, story: Story) -> ToolCall:
    """Have the revert proposed, and return the call that merges it."""
    proposal = hands.revert(story.bad)
    rehearsed = await hands.rehearse(proposal)
    await hands.write(proposal, hands.grant(proposal, rehearsed))
    return hands.merge(data(rehearsed)["result_sha256"])


async def test_every_forged_grant_is_refused(hands: GithubHands, story: Story) -> None:
    call = hands.revert(story.bad)
    rehearsed = await hands.rehearse(call)
    signer = _Ours(hands.signer.key)
    scene = Scene(signer, call, rehearsed)
    found = {}

    for name, (forged, code) in FORGERIES.items():
        result = await hands.write(call, forged(scene))
        found[name] = (result.code, code)

    assert {name: codes for name, codes in found.items() if codes[0] != codes[1]} == {}
    assert story.world.writes == []


class _Ours(Signer):
    """Makes grants out to this server."""

    @override
    def claims(self, call: ToolCall, rehearsed: ToolResult, **others: Any) -> Json:
        return super().claims(call, rehearsed, **{"aud": f"mcp:github:{CLUSTER_ID}", **others})


async def test_an_investigating_session_has_no_tool_that_writes(
    hands: GithubHands, story: Story
) -> None:
    tools = await hands.toolbox.list_tools("github")
    call = hands.revert(story.bad)

    result = await hands.toolbox.read(call, deadline_s=5)

    assert {name for name, writes in tools.items() if writes} == {
        "create_revert_pr",
        "merge_pull_request",
        "comment_on_pull_request",
        "create_issue",
        "rerun_workflow",
    }
    assert result.code == "unknown_tool"
    assert story.world.writes == []


async def test_a_grant_for_one_change_takes_back_no_other(hands: GithubHands, story: Story) -> None:
    grant = await hands.granted(hands.revert(story.bad))

    other = await hands.write(hands.revert(story.since), grant)
    elsewhere = await hands.write(hands.revert(story.bad, branch="sre-agent/other"), grant)

    assert other.code == "grant_not_for_this_call"
    assert elsewhere.code == "grant_not_for_this_call"
    assert story.world.writes == []


async def test_a_repository_that_is_not_named_in_the_settings_is_not_touched(
    hands: GithubHands, story: Story
) -> None:
    call = ToolCall(
        server="github",
        tool="create_issue",
        arguments={"namespace": "acme", "name": "payroll", "title": "x", "body": "y"},
    )

    result = await hands.rehearse(call)
    read = await hands.read("list_commits", repository="acme/payroll")

    assert (result.code, read.code) == ("forbidden", "forbidden")
    assert not any("payroll" in path for _, path in story.world.asked)


async def test_files_that_changed_since_the_approval_are_left_alone(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant = await hands.granted(call)
    story.git.commit(
        {"app.py": story.main().replace("step_0(cart)", "step_0(c)").encode()}, "Meanwhile"
    )

    result = await hands.write(call, grant)

    assert (result.status, result.code) == (ToolStatus.REFUSED, "state_changed")
    assert story.world.writes == []


async def test_a_repository_made_anew_under_the_old_name_is_another(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant = await hands.granted(call)
    story.world.id += 1

    result = await hands.write(call, grant)

    assert result.code == "grant_not_for_this_target"
    assert story.world.writes == []


@pytest.mark.parametrize(
    "branch", ["main", "feature", "sre-agent", "sre-agent/../main", "sre-agent/a/b", "sre-agent/"]
)
async def test_no_branch_is_made_or_merged_but_our_own(
    hands: GithubHands, story: Story, branch: str
) -> None:
    made = await hands.rehearse(hands.revert(story.bad, branch=branch))
    merged = await hands.rehearse(hands.merge("0" * 64, branch=branch))

    assert (made.code, merged.code) == ("invalid_arguments", "invalid_arguments")
    assert story.world.asked == []


async def test_a_branch_of_somebody_else_is_not_taken_for_ours(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant = await hands.granted(call)
    story.git.commit(
        {"evil.sh": b"x\n"}, "Evil\n\nGrant-Id: guessed", branch=BRANCH, parents=(story.since,)
    )

    result = await hands.write(call, grant)
    rehearsed = await hands.rehearse(call)

    assert (result.code, rehearsed.code) == ("branch_taken", "branch_taken")
    assert story.world.pulls == []


async def test_the_same_patch_of_another_grant_is_not_taken_for_ours(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant, other = await hands.granted(call), await hands.granted(call)
    await hands.write(call, other)
    story.world.pulls.clear()

    result = await hands.write(call, grant)

    assert result.code == "branch_taken"
    assert story.world.pulls == []


async def test_a_branch_that_comes_into_being_under_our_eyes_is_not_written_over(
    hands: GithubHands, story: Story
) -> None:
    call = hands.revert(story.bad)
    grant = await hands.granted(call)

    def race(verb: str, path: str) -> None:
        if path.endswith("/git/refs"):
            story.git.git("update-ref", f"refs/heads/{BRANCH}", story.since)

    story.world.before = race

    result = await hands.write(call, grant)

    assert result.code == "branch_taken"
    assert story.git.head(BRANCH) == story.since
    assert story.world.pulls == []


async def test_a_head_that_moved_is_not_merged(hands: GithubHands, story: Story) -> None:
    merge = await proposed(hands, story)
    grant = await hands.granted(merge)
    before = story.git.head()
    story.git.commit({"evil.sh": b"x\n"}, "Also this\n\nGrant-Id: guessed", branch=BRANCH)

    result = await hands.write(merge, grant)

    assert result.code == "head_moved"
    assert story.git.head() == before


async def test_a_head_that_moves_under_our_eyes_is_not_merged(
    hands: GithubHands, story: Story
) -> None:
    merge = await proposed(hands, story)
    grant = await hands.granted(merge)
    before = story.git.head()

    def race(verb: str, path: str) -> None:
        if path.endswith("/merge"):
            story.git.commit({"evil.sh": b"x\n"}, "Also this", branch=BRANCH)

    story.world.before = race

    result = await hands.write(merge, grant)

    assert result.code == "head_moved"
    assert story.git.head() == before


async def test_a_merge_into_files_that_changed_since_the_approval_is_refused(
    hands: GithubHands, story: Story
) -> None:
    merge = await proposed(hands, story)
    grant = await hands.granted(merge)
    story.git.commit(
        {"app.py": story.main().replace("step_0(cart)", "step_0(c)").encode()}, "Meanwhile"
    )
    before = story.git.head()

    result = await hands.write(merge, grant)

    assert result.code == "state_changed"
    assert story.git.head() == before


CHECKS: dict[str, tuple[list[dict[str, str | None]], str, str]] = {
    "failed": (
        [{"name": "unit", "status": "completed", "conclusion": "failure"}],
        "*",
        "checks_failed",
    ),
    "pending": ([{"name": "unit", "status": "queued", "conclusion": None}], "*", "checks_pending"),
    "none yet": ([], "", "checks_pending"),
    "another excepted": (
        [{"name": "unit", "status": "completed", "conclusion": "timed_out"}],
        "lint",
        "checks_failed",
    ),
    "excepted": ([{"name": "unit", "status": "completed", "conclusion": "failure"}], "unit", ""),
    "green": ([{"name": "unit", "status": "completed", "conclusion": "success"}], "", ""),
}


@pytest.mark.parametrize("case", CHECKS)
async def test_only_green_checks_or_named_exceptions_let_a_merge_through(
    hands: GithubHands, story: Story, case: str
) -> None:
    checks, exceptions, code = CHECKS[case]
    await proposed(hands, story)
    story.world.checks = checks
    patch = data(await hands.rehearse(hands.revert(story.bad)))["result_sha256"]
    merge = hands.merge(patch, without_checks=exceptions)

    result = await hands.write(merge, await hands.granted(merge))

    assert result.code == code
    assert (story.world.pulls[0]["merged_at"] is None) == bool(code)


async def test_a_status_of_another_system_counts_like_a_check(
    hands: GithubHands, story: Story
) -> None:
    merge = await proposed(hands, story)
    story.world.statuses = [{"context": "ci/build", "state": "error"}]

    result = await hands.write(merge, await hands.granted(merge))

    assert result.code == "checks_failed"
