"""The beginning of a further run: because the failure is back, or because a person asks for it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import approvals, journal, queue
from backend.db.tables.incidents import OPEN, incidents, target_claims
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.runs import of_run

_FIND_OTHER = sa.text(f"""
    SELECT id FROM incidents AS other
    WHERE {OPEN} AND id <> :incident_id AND EXISTS (
        SELECT FROM incidents AS own WHERE own.id = :incident_id
            AND own.org_id = other.org_id AND own.cluster_id = other.cluster_id
            AND own.namespace = other.namespace AND own.service = other.service)
""")  # noqa: S608 - a constant of ours


class ServiceTakenError(PermanentError):
    """Another incident of the same service is open; a service has one open incident at a time."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Why a run begins: the event that says so, its actor and reason, and what else it tells."""

    kind: EventKind
    actor: str
    reason: str
    more: dict[str, Any] = field(default_factory=dict)


async def begin_run(
    connection: AsyncConnection,
    incident_id: IncidentId,
    begins: Beginning,
    *,
    now: datetime,
) -> int:
    """Let the incident go on in a new run, enqueue it, and return the run's number.

    What an earlier run still wants is refused from now on; its open request for approval is closed
    and its claims are freed.

    Raises:
        IncidentNotFoundError: There is no such incident.
        ServiceTakenError: Its service has another open incident by now.
    """
    await journal.lock_incident(connection, incident_id)
    other = (await connection.execute(_FIND_OTHER, {"incident_id": incident_id})).scalar()
    if other is not None:
        raise ServiceTakenError(f"incident {other} of the same service is open: go on there")
    why = f"the incident is investigated anew: {begins.reason}"
    await approvals.close_open(connection, incident_id, now=now, reason=why, by=begins.actor)
    held = sa.delete(target_claims).where(target_claims.c.incident_id == incident_id)
    await connection.execute(held)
    query = sa.select(incidents.c.run, incidents.c.status).where(incidents.c.id == incident_id)
    before = (await connection.execute(query)).one()
    run: int = before.run + 1
    status = IncidentStatus.RECEIVED.value
    fresh = {"run": run, "status": status, "ended_at": None, "merged_into": None}
    fresh |= {"is_paused": False, "is_cancelled": False}
    await connection.execute(
        sa.update(incidents).where(incidents.c.id == incident_id).values(fresh)
    )
    told = {**begins.more, "run": run, "reason": begins.reason, "actor": begins.actor}
    moved = {"from": before.status, "to": status, "reason": begins.reason}
    drafts = [
        EventDraft(
            actor=begins.actor,
            kind=begins.kind,
            payload=told,
            step_key=of_run(run, "run_begun"),
        ),
        EventDraft(
            actor=begins.actor,
            kind=EventKind.STATUS_CHANGED,
            payload=moved,
            step_key=of_run(run, "run_begun:status"),
        ),
    ]
    await journal.append(connection, incident_id, drafts, now=now)
    await queue.enqueue_investigations(connection, [incident_id], now=now)
    return run
