"""The route of the golden signals of a cluster and its services."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ValidationError

from backend.api import snapshot
from backend.api.auth import Viewer
from backend.api.context import ApiContext, Context
from backend.api.problems import ProblemError
from backend.api.snapshot import SnapshotView
from backend.db import clusters
from backend.db.tenancy import Tenant
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus

router = APIRouter(tags=["metrics"])

LIFETIME_S = 3.0
"""How long an answer is given to whoever asks the same, so that many viewers cost one query."""

DEADLINE_S = 15.0
SERVICES_MAX = 50

_Name = Annotated[str, Query(max_length=253)]


@router.get("/metrics/snapshot", include_in_schema=False)
@router.get("/api/v1/metrics/snapshot")
async def show_snapshot(
    context: Context,
    actor: Viewer,
    cluster: _Name = "",
    namespace: _Name = "",
    service: _Name = "",
    minutes: Annotated[int, Query(ge=1, le=1440)] = 30,
) -> SnapshotView:
    """Show traffic, errors, latency and saturation of a cluster.

    Without `cluster` it is the installation's own. What Prometheus does not know is null with a
    reason. 503 with the code `prometheus_not_configured` or `prometheus_unavailable` says that
    there is nobody to ask.
    """
    tenant = Tenant(actor.org_id, cluster or context.settings.cluster_id)
    async with context.engine.connect() as connection:
        await clusters.get(connection, tenant)

    async def find() -> SnapshotView:
        return await _find(context, tenant, namespace, service, minutes)

    key = ("snapshot", tenant, namespace, service, minutes)
    found: SnapshotView = await context.recent.recall(key, find)
    return found


async def _find(
    context: ApiContext, tenant: Tenant, namespace: str, service: str, minutes: int
) -> SnapshotView:
    arguments = {
        "namespace": namespace,
        "service": service,
        "window_s": minutes * 60.0,
        "limit": SERVICES_MAX,
    }
    call = ToolCall(server=snapshot.SERVER, tool=snapshot.TOOL, arguments=arguments)
    result = await context.toolboxes.of(tenant).read(call, deadline_s=DEADLINE_S)
    if result.status is ToolStatus.NO_DATA:
        return snapshot.empty(
            result.reason,
            cluster=tenant.cluster_id,
            minutes=minutes,
            as_of=result.observed_at,
        )
    if result.status is not ToolStatus.OK:
        raise _problem(result)
    try:
        return snapshot.read(result, cluster=tenant.cluster_id, minutes=minutes)
    except ValidationError as error:
        raise _unavailable("its answer cannot be read") from error


def _problem(result: ToolResult) -> ProblemError:
    if result.code == "not_configured":
        hint = "Set PROMETHEUS_URL in .env and start again, or connect the cluster with Prometheus."
        return ProblemError(
            503, "There is no Prometheus to ask", hint, code="prometheus_not_configured"
        )
    return _unavailable(result.reason)


def _unavailable(why: str) -> ProblemError:
    return ProblemError(
        503,
        "Prometheus cannot be asked now",
        "See mcp-prometheus in `sre-agent doctor`, or GET /api/v1/clusters/{id}/health.",
        detail=why,
        code="prometheus_unavailable",
    )
