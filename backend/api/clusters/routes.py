"""The routes of clusters."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.api.auth import Admin, Viewer
from backend.api.clusters.shapes import (
    CheckView,
    ClusterConnected,
    ClusterList,
    ClusterView,
    EndpointView,
    HealthView,
    NewCluster,
    PulseView,
    status_of,
)
from backend.api.context import ApiContext, Context
from backend.db import clusters
from backend.db.clusters import Cluster
from backend.db.tenancy import Tenant

router = APIRouter(prefix="/api/v1/clusters", tags=["clusters"])

_Id = Annotated[str, Path(max_length=253)]


@router.get("")
async def list_clusters(context: Context, actor: Viewer) -> ClusterList:
    """List the clusters: the installation's own, those connected, and those that were."""
    async with context.engine.connect() as connection:
        found = await clusters.list_all(connection, actor.org_id)
        found.sort(key=lambda each: (each.tenant != context.tenant, each.tenant.cluster_id))
        return ClusterList(clusters=[await _view(context, connection, each) for each in found])


@router.post("", status_code=201)
async def connect_cluster(context: Context, actor: Admin, body: NewCluster) -> ClusterConnected:
    """Connect a cluster, after its servers were checked; its webhook token is shown this once.

    Each read token must open reading tools only, each write token writing ones, and each server must
    answer a real question. When one fails, 422 names it under `checks`, and nothing is stored.
    """
    connected = await context.registry.connect(actor, body.id, body.endpoints.opened())
    return ClusterConnected(
        cluster=await _show(context, Tenant(actor.org_id, body.id)),
        checks=[CheckView.of(check) for check in connected.checks],
        webhook_token=connected.webhook_token,
    )


@router.get("/{cluster_id}")
async def show_cluster(context: Context, actor: Viewer, cluster_id: _Id) -> ClusterView:
    """Show one cluster."""
    return await _show(context, Tenant(actor.org_id, cluster_id))


@router.get("/{cluster_id}/health")
async def show_cluster_health(context: Context, actor: Viewer, cluster_id: _Id) -> HealthView:
    """Ask every server of the cluster now, and say which answer, how fast and since when."""
    tenant = Tenant(actor.org_id, cluster_id)
    async with context.engine.connect() as connection:
        await clusters.get(connection, tenant)
        last_alert_at = await clusters.last_alert_at(connection, tenant)
    endpoints = await context.toolboxes.endpoints(tenant)

    async def find() -> HealthView:
        pulses = await context.nurse.examine(tenant, endpoints)
        shown = [PulseView.of(pulse) for pulse in pulses]
        return HealthView(
            cluster=cluster_id,
            ok=all(pulse.state == "ok" for pulse in pulses),
            as_of=context.clock.now(),
            endpoints=shown,
            last_alert_at=last_alert_at,
        )

    servers = tuple((system, item.url) for system, item in sorted(endpoints.items()))
    found: HealthView = await context.recent.recall(("health", tenant, servers), find)
    return found


@router.delete("/{cluster_id}", status_code=204)
async def disconnect_cluster(
    context: Context,
    actor: Admin,
    cluster_id: _Id,
    reason: Annotated[str, Query(max_length=2000)] = "",
) -> None:
    """Disconnect a cluster: its webhook token and its tokens are void at once, its history stays."""
    await context.registry.disconnect(actor, cluster_id, reason=reason)


async def _show(context: ApiContext, tenant: Tenant) -> ClusterView:
    async with context.engine.connect() as connection:
        return await _view(context, connection, await clusters.get(connection, tenant))


async def _view(context: ApiContext, connection: AsyncConnection, cluster: Cluster) -> ClusterView:
    tenant = cluster.tenant
    return ClusterView(
        id=tenant.cluster_id,
        status=status_of(cluster, is_own=tenant == context.tenant),
        connected_by=cluster.connected_by,
        created_at=cluster.created_at,
        disconnected_at=cluster.disconnected_at,
        endpoints=await _endpoints(context, connection, tenant),
        open_incidents=await clusters.count_open(connection, tenant),
        last_alert_at=await clusters.last_alert_at(connection, tenant),
    )


async def _endpoints(
    context: ApiContext, connection: AsyncConnection, tenant: Tenant
) -> list[EndpointView]:
    if tenant == context.tenant:
        known = sorted(context.settings.mcp_endpoints.items())
        return [EndpointView(system=name, url=item.url, can_write=None) for name, item in known]
    return [
        EndpointView(system=item.system, url=item.url, can_write=item.write_token is not None)
        for item in await clusters.find_endpoints(connection, tenant)
    ]
