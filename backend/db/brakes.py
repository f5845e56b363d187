"""How much was written lately: one row for each action that was given a grant."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.brakes import counted_writes
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.safety.pace import WINDOW, Written


@dataclass(frozen=True)
class Counted:
    """An action that was given a grant; `undoes` names the one that it takes back."""

    action_id: ActionId
    tool: str
    written: Written
    undoes: str | None = None


@dataclass(frozen=True)
class Granted:
    """An action of an incident that was given a grant: of which plan, and what it takes back."""

    action_id: str
    plan_sha256: str
    undoes: str | None


async def read(connection: AsyncConnection, tenant: Tenant, *, now: datetime) -> list[Written]:
    """Return the cluster's writes that still count: those of the last hour, and what cools down."""
    query = (
        sa.select(counted_writes)
        .where(
            counted_writes.c.org_id == tenant.org_id,
            counted_writes.c.cluster_id == tenant.cluster_id,
            sa.or_(counted_writes.c.at > now - WINDOW, counted_writes.c.cool_until > now),
        )
        .order_by(counted_writes.c.at, counted_writes.c.incident_id, counted_writes.c.action_id)
    )
    return [
        Written(row.incident_id, row.workload, row.plan_sha256, row.at, row.cool_until)
        for row in await connection.execute(query)
    ]


async def of_incident(connection: AsyncConnection, incident_id: IncidentId) -> list[Granted]:
    """Return the incident's counted writes."""
    query = sa.select(
        counted_writes.c.action_id, counted_writes.c.plan_sha256, counted_writes.c.undoes
    ).where(counted_writes.c.incident_id == incident_id)
    rows = await connection.execute(query)
    return [Granted(row.action_id, row.plan_sha256, row.undoes) for row in rows]


async def count(connection: AsyncConnection, tenant: Tenant, counted: Counted) -> None:
    """Count a write; within the transaction that grants it. What it undoes is kept, not that it does."""
    row = {
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
        "action_id": counted.action_id,
        "tool": counted.tool,
        "undoes": counted.undoes,
        **{key: value for key, value in vars(counted.written).items() if key != "is_undo"},
    }
    await connection.execute(sa.insert(counted_writes).values(row))
