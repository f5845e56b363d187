"""Organizations and clusters, and the switch that stops all writing of an organization."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.db.tables.tenancy import clusters, kill_switch, organizations

SWITCH_CHANNEL = "sre_switch"
"""The PostgreSQL channel that tells of a thrown switch; a notice is the organization's id."""


@dataclass(frozen=True)
class Tenant:
    """Whose rows these are: an organization, and which of its clusters."""

    org_id: str
    cluster_id: str


@dataclass(frozen=True)
class Halt:
    """Who stopped all writing, when, and why."""

    actor: str
    reason: str
    since: datetime


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


async def find_halt(connection: AsyncConnection, org_id: str) -> Halt | None:
    """Return the halt in force, or None when writing is allowed."""
    query = (
        sa.select(kill_switch)
        .where(kill_switch.c.org_id == org_id)
        .order_by(kill_switch.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None or not row.is_halted:
        return None
    return Halt(actor=row.actor, reason=row.reason, since=row.changed_at)


async def set_halt(
    connection: AsyncConnection,
    org_id: str,
    *,
    is_halted: bool,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Throw the switch; every throw is kept, and recorded in the organization's log."""
    await organization_log.append(
        connection,
        org_id=org_id,
        actor=actor,
        kind=Deed.WRITING_HALTED if is_halted else Deed.WRITING_RESUMED,
        payload={"reason": reason},
        now=now,
    )
    row = {"org_id": org_id, "is_halted": is_halted, "actor": actor, "reason": reason}
    await connection.execute(sa.insert(kill_switch).values(**row, changed_at=now))
    await connection.execute(sa.select(sa.func.pg_notify(SWITCH_CHANNEL, org_id)))
