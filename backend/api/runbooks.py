"""Routes of runbooks: found, shown, and those that grew old. What they hold is text of strangers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.actors import Actor
from backend.api.auth import Viewer
from backend.api.context import ApiContext, Context
from backend.api.problems import ProblemError
from backend.db import clusters
from backend.db.tenancy import Tenant
from sre_agent.domain.model import Value
from sre_agent.domain.observations.runbooks import (
    Runbook,
    RunbookHead,
    RunbookMatch,
    RunbookMatches,
    StaleRunbooks,
)
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.safety import redaction

router = APIRouter(prefix="/api/v1", tags=["runbooks"])

_Cluster = Annotated[str, Query(max_length=253)]

_SERVER = "runbooks"
_DEADLINE_S = 10.0
_UNSET = "MCP_RUNBOOKS_URL or MCP_RUNBOOKS_READ_TOKEN is not set"


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


class Search(BaseModel):
    """What is looked for."""

    query: str = Field(default="", max_length=500)
    alert: str = Field(default="", max_length=500)
    service: str = Field(default="", max_length=500)
    limit: int = Field(default=20, ge=1, le=20)
    cluster: str = Field(default="", max_length=253)


@router.get("/runbooks")
async def search_runbooks(
    context: Context, actor: Viewer, search: Annotated[Search, Query()]
) -> Found:
    """Find a cluster's runbooks by words, alert and service; all of them when asked for nothing.

    Without `cluster` it is the installation's own.
    """
    asked = search.model_dump(exclude={"cluster"})
    result = await _ask(context, actor, search.cluster, "search_runbooks", asked)
    found = RunbookMatches.model_validate(_data(result))
    return Found(runbooks=found.matches, left_out=result.left_out)


@router.get("/stale-runbooks")
async def list_stale_runbooks(
    context: Context,
    actor: Viewer,
    days: Annotated[int, Query(ge=0, le=3650)] = 90,
    cluster: _Cluster = "",
) -> Stale:
    """List runbooks last validated more than so many days ago, or never."""
    result = await _ask(context, actor, cluster, "list_stale", {"days": days})
    found = StaleRunbooks.model_validate(_data(result))
    return Stale(runbooks=found.runbooks, total=found.total, left_out=result.left_out)


@router.get("/runbooks/{runbook_id:path}")
async def show_runbook(
    context: Context, actor: Viewer, runbook_id: str, cluster: _Cluster = ""
) -> Shown:
    """Show one runbook with its sections and typed steps."""
    result = await _ask(context, actor, cluster, "get_runbook", {"id": runbook_id})
    return Shown(runbook=Runbook.model_validate(_data(result)), left_out=result.left_out)


async def _ask(
    context: ApiContext, actor: Actor, cluster: str, tool: str, arguments: dict[str, Any]
) -> ToolResult:
    """Return what a cluster's server answers.

    Raises:
        ClusterNotFoundError: The organization has no such cluster.
        ProblemError: The cluster has no such server.
    """
    tenant = Tenant(actor.org_id, cluster or context.settings.cluster_id)
    async with context.engine.connect() as connection:
        found = await clusters.get(connection, tenant)
    is_own = tenant == context.tenant
    if not (is_own or found.is_connected):
        raise _nowhere()
    call = ToolCall(server=_SERVER, tool=tool, arguments=arguments)
    result = await context.toolboxes.of(tenant).read(call, deadline_s=_DEADLINE_S)
    if result.code == "not_configured":
        raise _unreadable(_UNSET) if is_own else _nowhere()
    return result


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
    raise _unreadable(result.reason)


def _nowhere() -> ProblemError:
    hint = "Name a connected cluster that has a runbooks server: ?cluster=…"
    return ProblemError(404, "This cluster has no runbooks", hint, code="no_runbooks")


def _unreadable(why: str) -> ProblemError:
    hint = "See mcp-runbooks in `sre-agent doctor`, or GET /api/v1/clusters/{id}/health."
    return ProblemError(503, "The runbooks cannot be read", hint, detail=why)
