"""Messages to people: written with what they tell of, delivered afterwards, at least once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db.tables.incidents import incidents
from backend.db.tables.notices import outbox
from sre_agent import ports
from sre_agent.domain.errors import TransientError
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


class PostgresOutbox:
    """The outbox as a dispatcher uses it.

    A message that was taken comes back after `lease_s` seconds unless it was settled: then the
    dispatcher that took it has died.
    """

    def __init__(self, engine: AsyncEngine, clock: ports.Clock, *, lease_s: float = 60) -> None:
        self._engine = engine
        self._clock = clock
        self._lease_s = lease_s

    async def take_due(self, limit: int) -> Sequence[Notice]:
        """Lease messages whose time has come, oldest first.

        Raises:
            TransientError: The database does not answer.
        """
        now = self._clock.now()
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
            .values(next_attempt_at=now + timedelta(seconds=self._lease_s))
            .returning(outbox)
        )
        rows = await self._execute(leased)
        return sorted((_notice(row) for row in rows), key=lambda notice: notice.id)

    async def delivered(self, notice_id: int) -> None:
        """Record that the message has arrived."""
        values = {"status": "delivered", "delivered_at": self._clock.now(), "last_error": None}
        await self._settle(notice_id, **values, attempts=outbox.c.attempts + 1)

    async def retry(self, notice_id: int, *, wait_s: float, error: str) -> None:
        """Record a failed attempt and when the next one is due, in seconds from now."""
        next_attempt_at = self._clock.now() + timedelta(seconds=wait_s)
        attempts = outbox.c.attempts + 1
        await self._settle(
            notice_id, next_attempt_at=next_attempt_at, last_error=error, attempts=attempts
        )

    async def give_up(self, notice_id: int, *, error: str) -> None:
        """Record that nobody will try again."""
        attempts = outbox.c.attempts + 1
        await self._settle(notice_id, status="dead", last_error=error, attempts=attempts)

    async def no_channel(self, notice_id: int) -> None:
        """Record that there is nowhere to send the message."""
        await self._settle(notice_id, status="no_channel")

    async def _settle(self, notice_id: int, **values: Any) -> None:
        query = sa.update(outbox).where(outbox.c.id == notice_id).values(values)
        await self._execute(query.returning(outbox.c.id))

    async def _execute(self, query: sa.Executable) -> Sequence[sa.Row[Any]]:
        try:
            async with self._engine.begin() as connection:
                return (await connection.execute(query)).all()
        except (sa.exc.OperationalError, sa.exc.TimeoutError) as err:
            raise TransientError("the database does not answer") from err


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
