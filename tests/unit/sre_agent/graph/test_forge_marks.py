"""Whether a grant was used on a repository is read off the messages of its commits."""

from typing import Any

import pytest

from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import marks
from sre_agent.testing import FakeToolbox, plans
from sre_agent.testing.clock import START
from sre_agent.testing.toolbox import ok, unreachable

STORE = ObjectRef(kind="Repository", namespace="acme", name="store")
BRANCH = "sre-agent/revert-it"
OURS = "Take it back\n\nGrant-Id: grt-1"
QUOTED = "Grant-Id: grt-1\n\nthat was another\n\nGrant-Id: grt-2"


def commits(*messages: str) -> ToolResult:
    rows = [
        {"sha": f"{n}" * 40, "message": text, "authored_at": START, "committed_at": START}
        for n, text in enumerate(messages)
    ]
    return ok({"repository": "acme/store", "commits": rows})


def pulls(*branches: str) -> ToolResult:
    rows = [
        {"number": n, "title": "t", "state": "open", "branch": name, "created_at": START}
        for n, name in enumerate(branches)
    ]
    return ok({"repository": "acme/store", "pull_requests": rows})


async def found(tool: str, **told: ToolResult) -> ToolResult | None:
    box = FakeToolbox()
    for name, reply in told.items():
        box.on("github", name, reply)
    arguments: dict[str, Any] = {"branch": BRANCH, "base": "main"}
    call = ToolCall(server="github", tool=tool, arguments=arguments)
    return await marks.find(box, plans.action(call, STORE), "grt-1", deadline_s=1)


@pytest.mark.parametrize(
    ("messages", "is_done"), [((OURS,), True), (("another", QUOTED), False), ((), False)]
)
async def test_a_merge_was_done_if_the_branch_holds_a_commit_with_its_mark(
    messages: tuple[str, ...], *, is_done: bool
) -> None:
    result = await found("merge_pull_request", list_commits=commits(*messages))

    assert (result is not None) is is_done
    assert result is None or result.data == {
        "outcome": "already_applied",
        "detail": "commit 000000000000 of acme/store bears the mark of grant grt-1",
    }


@pytest.mark.parametrize(("branches", "is_done"), [((BRANCH,), True), (("topic",), False)])
async def test_a_proposal_was_made_if_its_branch_has_a_pull_request_too(
    branches: tuple[str, ...], *, is_done: bool
) -> None:
    told = {"list_commits": commits(OURS), "list_pull_requests": pulls(*branches)}

    assert (await found("create_revert_pr", **told) is not None) is is_done


async def test_where_the_forge_says_nothing_nobody_can_tell() -> None:
    assert await found("merge_pull_request", list_commits=unreachable()) is None
    assert await found("merge_pull_request", list_commits=ok({"commits": "none"})) is None
    assert await found("create_issue", list_commits=commits(OURS)) is None
