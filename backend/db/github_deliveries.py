"""What GitHub delivered: each delivery once, and how many there were of each event."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.changes import github_deliveries


@dataclass(frozen=True)
class Delivery:
    """A webhook of GitHub's: its id, its event, and how many changes it told of."""

    id: str
    event: str
    changes: int


@dataclass(frozen=True)
class Delivered:
    """How often an event came, how many changes it told of, and when it came last."""

    event: str
    deliveries: int
    changes: int
    last_at: datetime


async def note(
    connection: AsyncConnection, org_id: str, delivery: Delivery, *, now: datetime
) -> bool:
    """Note a delivery; return whether it came for the first time."""
    row = {
        "org_id": org_id,
        "id": delivery.id,
        "event": delivery.event,
        "received_at": now,
        "changes": delivery.changes,
    }
    noting = insert(github_deliveries).values(row).on_conflict_do_nothing()
    found = await connection.execute(noting.returning(github_deliveries.c.id))
    return found.one_or_none() is not None


async def count(connection: AsyncConnection, org_id: str) -> list[Delivered]:
    """Return what came of each event, by its name."""
    told = github_deliveries
    query = (
        sa.select(
            told.c.event,
            sa.func.count().label("deliveries"),
            sa.func.sum(told.c.changes).label("changes"),
            sa.func.max(told.c.received_at).label("last_at"),
        )
        .where(told.c.org_id == org_id)
        .group_by(told.c.event)
        .order_by(told.c.event)
    )
    rows = await connection.execute(query)
    return [Delivered(**row._mapping) for row in rows]  # noqa: SLF001 - public


async def forget(connection: AsyncConnection, *, received_before: datetime) -> int:
    """Remove what came before a moment; return how much."""
    old = sa.delete(github_deliveries).where(github_deliveries.c.received_at < received_before)
    return (await connection.execute(old)).rowcount
