"""Messages to people: written with what they tell of, delivered afterwards, at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.incidents import incidents
from backend.db.tables.notices import outbox
from sre_agent.domain.ids import IncidentId


@dataclass(frozen=True)
class Notice:
    """A message to deliver. `attempts` counts the deliveries tried so far."""

    id: int
    org_id: str
    incident_id: IncidentId
    kind: str
    cause_key: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime


async def post(
    connection: AsyncConnection,
    incident_id: IncidentId,
    *,
    kind: str,
    cause_key: str,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Write a message in the caller's transaction; the same cause yields one message."""
    columns = incidents.c
    query = sa.select(columns.org_id, columns.title, columns.severity, columns.service)
    query = query.add_columns(columns.namespace).where(columns.id == incident_id)
    incident = (await connection.execute(query)).one()
    about = {key: getattr(incident, key) for key in ("title", "severity", "namespace", "service")}
    row = {
        "org_id": incident.org_id,
        "incident_id": incident_id,
        "kind": kind,
        "cause_key": cause_key,
        "payload": {"incident_id": incident_id, **about, **facts},
        "next_attempt_at": now,
        "created_at": now,
    }
    await connection.execute(insert(outbox).values(row).on_conflict_do_nothing())


async def take_due(
    connection: AsyncConnection, *, now: datetime, lease_until: datetime, limit: int
) -> Sequence[Notice]:
    """Lease messages whose time has come; a dispatcher that dies gives them back at `lease_until`."""
    due = (
        sa.select(outbox.c.id)
        .where(outbox.c.status == "pending", outbox.c.next_attempt_at <= now)
        .order_by(outbox.c.next_attempt_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = (
        sa.update(outbox)
        .where(outbox.c.id.in_(due.scalar_subquery()))
        .values(next_attempt_at=lease_until)
        .returning(outbox)
    )
    rows = (await connection.execute(leased)).all()
    return sorted((_notice(row) for row in rows), key=lambda notice: notice.id)


async def settle(
    connection: AsyncConnection,
    notice_id: int,
    *,
    status: str,
    next_attempt_at: datetime | None = None,
    delivered_at: datetime | None = None,
    error: str | None = None,
) -> None:
    """Record how an attempt ended: `delivered`, `dead`, `no_channel`, or `pending` with a next time."""
    values: dict[str, Any] = {"status": status, "delivered_at": delivered_at, "last_error": error}
    if status != "no_channel":
        values["attempts"] = outbox.c.attempts + 1
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    await connection.execute(sa.update(outbox).where(outbox.c.id == notice_id).values(values))


def _notice(row: sa.Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        org_id=row.org_id,
        incident_id=IncidentId(row.incident_id),
        kind=row.kind,
        cause_key=row.cause_key,
        payload=row.payload,
        attempts=row.attempts,
        created_at=row.created_at,
    )
