"""Whether a grant was used on a repository, as the messages of its commits say."""

from pydantic import ValidationError

from sre_agent import ports
from sre_agent.domain import trailers
from sre_agent.domain.observations.github import CommitHead, CommitList, PullRequestList
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus

_LOOKED_THROUGH = 50
_MERGE = "merge_pull_request"
_PROPOSAL = "create_revert_pr"


async def find(
    toolbox: ports.Toolbox, action: Action, grant_id: str, *, deadline_s: float
) -> ToolResult | None:
    """Return that an action was done whose answer is lost, or None when nobody can tell.

    A branch without its pull request is a proposal that was begun: nobody can tell what becomes of it.
    """
    call = action.call
    place = {_MERGE: "base", _PROPOSAL: "branch"}.get(call.tool)
    if place is None:
        return None
    repository = f"{action.target.namespace}/{action.target.name}"
    asked = {"repository": repository, "ref": call.arguments.get(place, "")}
    seen = await _read(toolbox, action, "list_commits", asked, deadline_s)
    borne = (item for item in _commits(seen) if trailers.grant_of(item.message) == grant_id)
    found = next(borne, None)
    if seen is None or found is None:
        return None
    if call.tool == _PROPOSAL:
        asked = {"repository": repository, "state": "all"}
        told = await _read(toolbox, action, "list_pull_requests", asked, deadline_s)
        if call.arguments.get("branch") not in _branches(told):
            return None
    detail = f"commit {found.sha[:12]} of {repository} bears the mark of grant {grant_id}"
    data = {"outcome": "already_applied", "detail": detail}
    return ToolResult(status=ToolStatus.OK, data=data, observed_at=seen.observed_at)


async def _read(
    toolbox: ports.Toolbox,
    action: Action,
    tool: str,
    arguments: dict[str, str],
    deadline_s: float,
) -> ToolResult | None:
    call = ToolCall(
        server=action.call.server, tool=tool, arguments={**arguments, "limit": _LOOKED_THROUGH}
    )
    result = await toolbox.read(call, deadline_s=deadline_s)
    return result if result.status is ToolStatus.OK and result.data is not None else None


def _commits(result: ToolResult | None) -> tuple[CommitHead, ...]:
    try:
        return CommitList.model_validate(result.data).commits if result else ()
    except ValidationError:
        return ()


def _branches(result: ToolResult | None) -> set[str]:
    try:
        return {
            item.branch
            for item in PullRequestList.model_validate(result.data if result else {}).pull_requests
        }
    except ValidationError:
        return set()
