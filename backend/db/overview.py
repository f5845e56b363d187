"""An organization at a glance: which incidents are open, how many plans wait, whether writing is halted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import switch
from backend.db.switch import Stops
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import OPEN, incidents


@dataclass(frozen=True)
class Overview:
    """The newest open incidents, how many there are in all, and what is with approvals and the switch."""

    incidents: Sequence[sa.Row[Any]]
    open_count: int
    approvals_waiting: int
    stops: Stops


async def look(connection: AsyncConnection, org_id: str, *, limit: int) -> Overview:
    """Return the overview with at most so many incidents."""
    is_open = sa.and_(incidents.c.org_id == org_id, sa.text(OPEN))
    newest = sa.select(incidents).where(is_open).order_by(incidents.c.opened_at.desc()).limit(limit)
    rows = (await connection.execute(newest)).all()
    count = sa.select(sa.func.count()).select_from(incidents).where(is_open)
    return Overview(
        incidents=rows,
        open_count=(await connection.execute(count)).scalar_one(),
        approvals_waiting=(await count_waiting(connection, [org_id])).get(org_id, 0),
        stops=await switch.find_stops(connection, org_id),
    )


async def find_ends(
    connection: AsyncConnection,
    org_ids: Collection[str],
    *,
    known: Collection[str],
    limit: int,
) -> dict[str, int]:
    """Return the number of the last event of known incidents and of the newest open ones."""
    columns = sa.select(incidents.c.id, incidents.c.last_seq)
    is_of_them = incidents.c.org_id.in_(org_ids)
    newest = columns.where(is_of_them, sa.text(OPEN))
    newest = newest.order_by(incidents.c.opened_at.desc()).limit(limit)
    query = sa.union_all(newest, columns.where(is_of_them, incidents.c.id.in_(known)))
    return {row.id: row.last_seq for row in await connection.execute(query)}


async def find(
    connection: AsyncConnection, incident_ids: Collection[str], org_ids: Collection[str]
) -> Sequence[sa.Row[Any]]:
    """Return the incidents out of these that belong to one of the organizations."""
    query = sa.select(incidents).where(
        incidents.c.id.in_(incident_ids), incidents.c.org_id.in_(org_ids)
    )
    return (await connection.execute(query)).all()


async def count_waiting(connection: AsyncConnection, org_ids: Collection[str]) -> dict[str, int]:
    """Return how many plans wait for a decision, by organization; who has none is left out."""
    query = (
        sa.select(approvals.c.org_id, sa.func.count().label("waiting"))
        .where(approvals.c.status == "open", approvals.c.org_id.in_(org_ids))
        .group_by(approvals.c.org_id)
    )
    return {row.org_id: row.waiting for row in await connection.execute(query)}
