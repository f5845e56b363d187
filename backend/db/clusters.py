"""Clusters as they are stored: which there are, where their servers are, what their alerts bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.incidents import OPEN, alerts, incidents
from backend.db.tables.tenancy import cluster_endpoints, clusters
from backend.db.tenancy import Tenant
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

_NEWEST = 50
"""So many incidents are looked at for the newest alert: which of all alerts is newest, no index tells."""


class ClusterNotFoundError(PermanentError):
    """The organization has no such cluster."""


class ClusterTakenError(PermanentError):
    """A cluster of that name is there already."""


@dataclass(frozen=True)
class Cluster:
    """One cluster; the installation's own has no `connected_by`."""

    tenant: Tenant
    created_at: datetime
    connected_by: str | None
    disconnected_at: datetime | None

    @property
    def is_connected(self) -> bool:
        """Return whether it was connected through the API, and still is."""
        return self.connected_by is not None and self.disconnected_at is None


@dataclass(frozen=True)
class SealedEndpoint:
    """An MCP server of a cluster, its tokens as they are stored."""

    system: str
    url: str
    read_token: str
    write_token: str | None


@dataclass(frozen=True)
class OpenIncident:
    """An incident of a cluster on which work goes on; while it is paused, people hold it."""

    id: IncidentId
    status: IncidentStatus
    is_paused: bool


@dataclass(frozen=True)
class Connecting:
    """What is stored of a cluster that is connected."""

    tenant: Tenant
    connected_by: str
    webhook_token_sha256: bytes
    endpoints: Sequence[SealedEndpoint]


async def list_all(connection: AsyncConnection, org_id: str) -> list[Cluster]:
    """Return an organization's clusters by name, those included that are not connected any more."""
    query = sa.select(clusters).where(clusters.c.org_id == org_id).order_by(clusters.c.id)
    return [_cluster(row) for row in await connection.execute(query)]


async def list_connected(connection: AsyncConnection) -> list[Tenant]:
    """Return every cluster that is connected, of all organizations."""
    query = sa.select(clusters.c.org_id, clusters.c.id).where(
        clusters.c.connected_by.is_not(None), clusters.c.disconnected_at.is_(None)
    )
    rows = await connection.execute(query.order_by(clusters.c.org_id, clusters.c.id))
    return [Tenant(row.org_id, row.id) for row in rows]


async def get(connection: AsyncConnection, tenant: Tenant, *, is_locked: bool = False) -> Cluster:
    """Return a cluster; locked, nobody else changes it until the transaction ends.

    Raises:
        ClusterNotFoundError: The organization has none of that name.
    """
    query = sa.select(clusters).where(_is(clusters, tenant))
    row = (await connection.execute(query.with_for_update() if is_locked else query)).one_or_none()
    if row is None:
        raise ClusterNotFoundError(f"no cluster {tenant.cluster_id}")
    return _cluster(row)


async def connect(connection: AsyncConnection, new: Connecting, *, now: datetime) -> None:
    """Store a cluster; one that was known before comes back with its history.

    Who asks has made sure that it is not the installation's own.

    Raises:
        ClusterTakenError: One of that name is connected.
    """
    tenant = new.tenant
    values = {
        "connected_by": new.connected_by,
        "webhook_token_sha256": new.webhook_token_sha256,
        "disconnected_at": None,
    }
    row = {"org_id": tenant.org_id, "id": tenant.cluster_id, "created_at": now}
    upsert = insert(clusters).values(**row, **values)
    upsert = upsert.on_conflict_do_update(
        index_elements=["org_id", "id"],
        set_=values,
        where=sa.or_(clusters.c.connected_by.is_(None), clusters.c.disconnected_at.is_not(None)),
    )
    stored = await connection.execute(upsert.returning(clusters.c.id))
    if stored.one_or_none() is None:
        raise ClusterTakenError(f"there is a cluster {tenant.cluster_id} already")
    key = {"org_id": tenant.org_id, "cluster_id": tenant.cluster_id}
    rows = [{**key, **vars(endpoint)} for endpoint in new.endpoints]
    await connection.execute(sa.insert(cluster_endpoints), rows)


async def disconnect(connection: AsyncConnection, tenant: Tenant, *, now: datetime) -> None:
    """Forget how a cluster is reached, and the token of its webhook; its history stays."""
    gone = sa.delete(cluster_endpoints).where(
        cluster_endpoints.c.org_id == tenant.org_id,
        cluster_endpoints.c.cluster_id == tenant.cluster_id,
    )
    await connection.execute(gone)
    marked = sa.update(clusters).where(_is(clusters, tenant))
    await connection.execute(marked.values(disconnected_at=now, webhook_token_sha256=None))


async def find_endpoints(connection: AsyncConnection, tenant: Tenant) -> list[SealedEndpoint]:
    """Return a cluster's servers; a disconnected one has none."""
    query = sa.select(cluster_endpoints).where(
        cluster_endpoints.c.org_id == tenant.org_id,
        cluster_endpoints.c.cluster_id == tenant.cluster_id,
    )
    rows = await connection.execute(query.order_by(cluster_endpoints.c.system))
    return [SealedEndpoint(row.system, row.url, row.read_token, row.write_token) for row in rows]


async def find_by_webhook_token(connection: AsyncConnection, token_sha256: bytes) -> Tenant | None:
    """Return the cluster whose Alertmanager sends a token."""
    query = sa.select(clusters.c.org_id, clusters.c.id).where(
        clusters.c.webhook_token_sha256 == token_sha256, clusters.c.disconnected_at.is_(None)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Tenant(row.org_id, row.id)


async def lock_open(connection: AsyncConnection, tenant: Tenant) -> list[OpenIncident]:
    """Lock the cluster's incidents on which work goes on: none of them moves meanwhile.

    Who also locks the cluster does so afterwards. What comes in locks incidents first as well: take
    the turn of the intake before, and no other opens in between.
    """
    query = sa.select(incidents.c.id, incidents.c.status, incidents.c.is_paused).where(
        incidents.c.org_id == tenant.org_id,
        incidents.c.cluster_id == tenant.cluster_id,
        sa.text(OPEN),
    )
    rows = await connection.execute(query.order_by(incidents.c.id).with_for_update())
    return [
        OpenIncident(IncidentId(row.id), IncidentStatus(row.status), row.is_paused) for row in rows
    ]


async def count_open(connection: AsyncConnection, tenant: Tenant) -> int:
    """Return how many of the cluster's incidents are worked on."""
    query = sa.select(sa.func.count()).select_from(incidents)
    query = query.where(
        incidents.c.org_id == tenant.org_id,
        incidents.c.cluster_id == tenant.cluster_id,
        sa.text(OPEN),
    )
    found: int = (await connection.execute(query)).scalar_one()
    return found


async def last_alert_at(connection: AsyncConnection, tenant: Tenant) -> datetime | None:
    """Return when the newest alert of the cluster's newest incidents came."""
    newest = (
        sa.select(incidents.c.id)
        .where(incidents.c.org_id == tenant.org_id, incidents.c.cluster_id == tenant.cluster_id)
        .order_by(incidents.c.opened_at.desc())
        .limit(_NEWEST)
        .subquery()
    )
    query = sa.select(sa.func.max(alerts.c.last_received_at)).join(
        newest, newest.c.id == alerts.c.incident_id
    )
    found: datetime | None = (await connection.execute(query)).scalar_one()
    return found


def _is(table: sa.Table, tenant: Tenant) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.org_id == tenant.org_id, table.c.id == tenant.cluster_id)


def _cluster(row: sa.Row[Any]) -> Cluster:
    return Cluster(
        Tenant(row.org_id, row.id), row.created_at, row.connected_by, row.disconnected_at
    )
