"""Whether a grant was used, as the mark it leaves on its target says."""

import json
from typing import Any

from sre_agent import ports
from sre_agent.domain.objects import REPOSITORY, ObjectRef
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.graph import forge_marks

ANNOTATION = "sre-agent.io/grants"
"""Where the server that writes keeps the ids of the grants used on an object."""

DELETIONS = "sre-agent.io/pod-deletions"
"""Where a controller keeps the ids of the grants by which its pods were deleted."""

_BEGUN = "begun"
"""What a mark says of a deed that it cannot come with, before the deed: no proof that it was done."""


def bearer(action: Action) -> tuple[ObjectRef, str]:
    """Return the object that bears the mark of an action's grant, and in which annotation.

    A deleted pod bears none: its controller does.
    """
    controller = action.dry_run.controller if action.dry_run else None
    return (controller, DELETIONS) if controller else (action.target, ANNOTATION)


_PARTLY = "partly"
"""What a mark says of a deed of several parts of which some were left undone."""


async def find(
    toolbox: ports.Toolbox, action: Action, grant_id: str, *, deadline_s: float
) -> ToolResult | None:
    """Return the outcome of an action whose answer is lost, or None when nobody can tell.

    A missing mark does not say that nothing was done: a request may still be on its way.
    """
    if action.target.kind == REPOSITORY:
        return await forge_marks.find(toolbox, action, grant_id, deadline_s=deadline_s)
    target, key = bearer(action)
    call = ToolCall(
        server=action.call.server,
        tool="get_resource",
        arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name},
    )
    seen = await toolbox.read(call, deadline_s=deadline_s)
    if seen.status is not ToolStatus.OK or seen.data is None:
        return None
    mark = next((item for item in _marks(seen.data, key) if item.get("id") == grant_id), None)
    if mark is None or mark.get("outcome") == _BEGUN:
        return None
    detail = f"{target} bears the mark of grant {grant_id}: {mark.get('detail', '')}"
    if mark.get("outcome") == _PARTLY:
        return ToolResult(
            status=ToolStatus.REFUSED,
            code="partly_done",
            reason=detail,
            observed_at=seen.observed_at,
        )
    return ToolResult(
        status=ToolStatus.OK,
        data={"outcome": "already_applied", "detail": detail},
        observed_at=seen.observed_at,
    )


def _marks(data: dict[str, Any], annotation: str) -> list[dict[str, Any]]:
    """Return the marks in a manifest; none when they are missing or cannot be read."""
    found: Any = data
    for key in ("manifest", "metadata", "annotations", annotation):
        found = found.get(key) if isinstance(found, dict) else None
    try:
        marks = json.loads(found) if isinstance(found, str) else []
    except ValueError:
        return []
    return [item for item in marks if isinstance(item, dict)] if isinstance(marks, list) else []
