"""How an incident moves: status, event, claims and message change together or not at all."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import approvals, journal, outbox
from backend.db.approval_ends import CLOCK_ACTOR
from backend.db.tables.incidents import incidents, target_claims
from sre_agent.domain.errors import TransientError
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.runs import RunOverError, of_run

ACTOR = "platform"
"""The actor of moves that the program makes by itself."""

_LOCK_STATUS = sa.text("SELECT status, last_seq FROM incidents WHERE id = :incident_id FOR UPDATE")


class IncidentEndedError(RunOverError):
    """The incident has ended; nothing moves it any more."""


class SurvivorEndedError(TransientError):
    """The incident to merge into ended meanwhile; planned again, the other one goes on by itself."""


async def move(  # noqa: PLR0913 - whose step it is comes with all that a step says
    connection: AsyncConnection,
    incident_id: IncidentId,
    status: IncidentStatus,
    *,
    reason: str,
    step_key: str,
    now: datetime,
    by: str = CLOCK_ACTOR,
) -> bool:
    """Set the status and record it; return False when this very step was done before.

    `by` is whose step it is: where it ends the incident, they closed what waits for a decision.

    Raises:
        IncidentNotFoundError: There is no such incident.
        IncidentEndedError: It has ended with another status.
    """
    row = (await connection.execute(_LOCK_STATUS, {"incident_id": incident_id})).one_or_none()
    if row is None:
        raise journal.IncidentNotFoundError(f"there is no incident {incident_id}")
    before = IncidentStatus(row.status)
    if not before.is_open and status is not before:
        if await journal.has_step(connection, incident_id, step_key):
            return False
        raise IncidentEndedError(f"incident {incident_id} has ended: {before}")
    payload = {"from": before.value, "to": status.value, "reason": reason}
    draft = EventDraft(
        actor=ACTOR, kind=EventKind.STATUS_CHANGED, payload=payload, step_key=step_key
    )
    [event] = await journal.append(connection, incident_id, [draft], now=now)
    if event.seq <= row.last_seq:
        return False
    await _store(connection, incident_id, status, now, by)
    return True


async def merge(
    connection: AsyncConnection,
    incident_id: IncidentId,
    *,
    into: IncidentId,
    reason: str,
    now: datetime,
    actor: str = ACTOR,
) -> None:
    """End an incident as part of another; both logs say so. Safe to repeat.

    Raises:
        SurvivorEndedError: The other one is not open any more.
    """
    # Both rows are locked in the order of their ids, so that two merges cannot wait for each other.
    both = sa.select(incidents.c.id, incidents.c.status, incidents.c.run)
    both = both.where(incidents.c.id.in_([incident_id, into])).order_by(incidents.c.id)
    rows = (await connection.execute(both.with_for_update())).all()
    run = next((row.run for row in rows if row.id == incident_id), 1)
    statuses = {row.id: IncidentStatus(row.status) for row in rows}
    if statuses.get(incident_id) is IncidentStatus.MERGED:
        return
    if into in statuses and not statuses[into].is_open:
        raise SurvivorEndedError(f"incident {into} has ended: {statuses[into]}")
    payload = {"incident_id": incident_id, "into": into, "reason": reason}
    merged = EventDraft(
        actor=actor,
        kind=EventKind.MERGED,
        payload=payload,
        step_key=of_run(run, f"merged:{incident_id}"),
    )
    await journal.append(connection, incident_id, [merged], now=now)
    await journal.append(connection, into, [merged], now=now)
    moved = await move(
        connection,
        incident_id,
        IncidentStatus.MERGED,
        reason=reason,
        step_key=of_run(run, "status:merged"),
        now=now,
        by=CLOCK_ACTOR if actor == ACTOR else actor,
    )
    if moved:
        query = sa.update(incidents).where(incidents.c.id == incident_id)
        await connection.execute(query.values(merged_into=into))


async def escalate(
    connection: AsyncConnection,
    incident_id: IncidentId,
    *,
    reason: str,
    step_key: str,
    now: datetime,
) -> None:
    """Hand the incident to people: status, event and message. Safe to repeat."""
    moved = await move(
        connection,
        incident_id,
        IncidentStatus.ESCALATED,
        reason=reason,
        step_key=f"{step_key}:status",
        now=now,
    )
    if not moved:
        return
    draft = EventDraft(
        actor=ACTOR, kind=EventKind.ESCALATED, payload={"reason": reason}, step_key=step_key
    )
    await journal.append(connection, incident_id, [draft], now=now)
    await outbox.post(
        connection,
        incident_id,
        kind="escalated",
        cause_key=f"escalated:{step_key}",
        facts={"reason": reason},
        now=now,
    )


async def _store(
    connection: AsyncConnection,
    incident_id: IncidentId,
    status: IncidentStatus,
    now: datetime,
    by: str,
) -> None:
    values: dict[str, object] = {"status": status.value}
    if not status.is_open:
        values["is_paused"] = False
        values["ended_at"] = sa.func.coalesce(incidents.c.ended_at, now)
        held = sa.delete(target_claims).where(target_claims.c.incident_id == incident_id)
        await connection.execute(held)
        await approvals.close_open(connection, incident_id, now=now, by=by)
    await connection.execute(
        sa.update(incidents).where(incidents.c.id == incident_id).values(values)
    )
