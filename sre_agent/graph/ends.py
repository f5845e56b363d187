"""How an action ended: as it is written down, and as a run that comes again reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.graph import marks
from sre_agent.planning import refusals

PARTLY = "partly_done"
"""The refusal that says what of a write was done, and what was not."""


@dataclass(frozen=True)
class End:
    """With which grant an action was asked for, and what came of it."""

    grant_id: str
    result: ToolResult


def written(end: End) -> dict[str, Any]:
    """Return the end as the log keeps it."""
    result = end.result
    data = result.data or {}
    failed = "refused" if result.status is ToolStatus.REFUSED else "unknown"
    return {
        "grant_id": end.grant_id,
        "status": result.status.value,
        "outcome": data.get("outcome", PARTLY if result.code == PARTLY else failed),
        "detail": data.get("detail") or result.reason,
        "code": result.code,
    }


def told(log: Sequence[Event], action: Action) -> End | None:
    """Return how an action of the newest plan ended, if the log tells it.

    An earlier plan of the run may have had an action of the same id.
    """
    for event in reversed(log):
        if event.kind is EventKind.PLAN_PROPOSED:
            return None
        said = event.payload
        if event.kind is EventKind.ACTION_FINISHED and said.get("action_id") == action.id:
            result = ToolResult(
                status=ToolStatus(said["status"]),
                code=str(said.get("code") or ""),
                reason=str(said.get("detail") or ""),
                observed_at=event.at,
            )
            return End(str(said.get("grant_id", "")), result)
    return None


def failure(action: Action, end: End) -> str | None:
    """Return None when an action is done, otherwise what a person must know."""
    result = end.result
    if result.status is ToolStatus.OK:
        return None
    if result.code == PARTLY:
        return f"{action.call} was done in part only: {result.reason}"
    if result.status is ToolStatus.REFUSED:
        advice = refusals.advice(action.call.server, result.code)
        return f"{action.call} was refused ({result.code}): {result.reason}{advice}"
    return (
        f"it is unknown whether {action.call} was done: {result.reason}; "
        f"look for grant {end.grant_id} on {marks.bearer(action)[0]}"
    )
