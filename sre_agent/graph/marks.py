"""Whether a grant was used, as the mark it leaves on its target says."""

import json
from typing import Any

from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.graph.context import RunContext

ANNOTATION = "sre-agent.io/grants"
"""Where the server that writes keeps the ids of the grants used on an object."""


async def find(context: RunContext, action: Action, grant_id: str) -> ToolResult | None:
    """Return the outcome of an action whose answer is lost, or None when nobody can tell.

    A missing mark does not say that nothing was done: a request may still be on its way.
    """
    target = action.target
    call = ToolCall(
        server=action.call.server,
        tool="get_resource",
        arguments={"kind": target.kind, "namespace": target.namespace, "name": target.name},
    )
    seen = await context.toolbox.read(call, deadline_s=context.limits.tool_deadline_s)
    if seen.status is not ToolStatus.OK or seen.data is None:
        return None
    mark = next((item for item in _marks(seen.data) if item.get("id") == grant_id), None)
    if mark is None:
        return None
    detail = f"{target} bears the mark of grant {grant_id}: {mark.get('detail', '')}"
    return ToolResult(
        status=ToolStatus.OK,
        data={"outcome": "already_applied", "detail": detail},
        observed_at=seen.observed_at,
    )


def _marks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the marks in a manifest; none when they are missing or cannot be read."""
    found: Any = data
    for key in ("manifest", "metadata", "annotations", ANNOTATION):
        found = found.get(key) if isinstance(found, dict) else None
    try:
        marks = json.loads(found) if isinstance(found, str) else []
    except ValueError:
        return []
    return [item for item in marks if isinstance(item, dict)] if isinstance(marks, list) else []
