"""Routes of runbooks: found, shown, and those that grew old. What they hold is text of strangers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.api.problems import ProblemError
from sre_agent.domain.model import Value
from sre_agent.domain.observations.runbooks import (
    Runbook,
    RunbookHead,
    RunbookMatch,
    RunbookMatches,
    StaleRunbooks,
)
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.safety import redaction

router = APIRouter(prefix="/api/v1", tags=["runbooks"])

_Asked = Annotated[str, Query(max_length=500)]


class Found(Value):
    """Runbooks that match, the best first; `left_out` names what could not be used, and why."""

    runbooks: tuple[RunbookMatch, ...]
    left_out: tuple[str, ...]


class Stale(Value):
    """Runbooks that nobody validated lately, out of `total`."""

    runbooks: tuple[RunbookHead, ...]
    total: int
    left_out: tuple[str, ...]


class Shown(Value):
    """One runbook, whole."""

    runbook: Runbook
    left_out: tuple[str, ...]


@router.get("/runbooks")
async def search_runbooks(
    context: Context,
    _actor: Viewer,
    query: _Asked = "",
    alert: _Asked = "",
    service: _Asked = "",
    limit: Annotated[int, Query(ge=1, le=20)] = 20,
) -> Found:
    """Find runbooks by words, alert and service; all of them when asked for nothing."""
    asked = {"query": query, "alert": alert, "service": service, "limit": limit}
    result = await context.library.ask("search_runbooks", asked)
    found = RunbookMatches.model_validate(_data(result))
    return Found(runbooks=found.matches, left_out=result.left_out)


@router.get("/stale-runbooks")
async def list_stale_runbooks(
    context: Context, _actor: Viewer, days: Annotated[int, Query(ge=0, le=3650)] = 90
) -> Stale:
    """List runbooks last validated more than so many days ago, or never."""
    result = await context.library.ask("list_stale", {"days": days})
    found = StaleRunbooks.model_validate(_data(result))
    return Stale(runbooks=found.runbooks, total=found.total, left_out=result.left_out)


@router.get("/runbooks/{runbook_id:path}")
async def show_runbook(context: Context, _actor: Viewer, runbook_id: str) -> Shown:
    """Show one runbook with its sections and typed steps."""
    result = await context.library.ask("get_runbook", {"id": runbook_id})
    return Shown(runbook=Runbook.model_validate(_data(result)), left_out=result.left_out)


def _data(result: ToolResult) -> Any:
    """Return what was found, secrets masked.

    Raises:
        ProblemError: There is nothing, or nobody answered.
    """
    if result.status is ToolStatus.OK:
        return redaction.redact_json(result.data)
    if result.status is ToolStatus.NO_DATA:
        raise ProblemError(
            404, "No such runbook", "List them with GET /api/v1/runbooks.", detail=result.reason
        )
    raise ProblemError(
        503,
        "The runbooks cannot be read",
        "See mcp-runbooks in `sre-agent doctor`.",
        detail=result.reason,
    )
