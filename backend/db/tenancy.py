"""Organizations and their clusters: whose rows are whose."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.tenancy import clusters, organizations


@dataclass(frozen=True)
class Tenant:
    """Whose rows these are: an organization, and which of its clusters."""

    org_id: str
    cluster_id: str


async def register(
    connection: AsyncConnection, *, org_id: str, cluster_id: str, now: datetime
) -> None:
    """Make the organization and its cluster known; safe to repeat."""
    await register_organization(connection, org_id=org_id, now=now)
    cluster = insert(clusters).values(org_id=org_id, id=cluster_id, created_at=now)
    await connection.execute(cluster.on_conflict_do_nothing())


async def register_organization(connection: AsyncConnection, *, org_id: str, now: datetime) -> None:
    """Make the organization known; safe to repeat."""
    organization = insert(organizations).values(id=org_id, name=org_id, created_at=now)
    await connection.execute(organization.on_conflict_do_nothing())


async def find_mark(connection: AsyncConnection) -> str:
    """Return a word that tells this installation's database from others: when it began, to the microsecond."""
    query = sa.select(sa.func.min(organizations.c.created_at))
    began: datetime = (await connection.execute(query)).scalar_one()
    return f"{began.timestamp():.6f}"


async def lock(connection: AsyncConnection, org_id: str) -> None:
    """Hold the organization for the rest of the transaction: no other holds it at the same time."""
    query = sa.select(organizations.c.id).where(organizations.c.id == org_id).with_for_update()
    await connection.execute(query)
