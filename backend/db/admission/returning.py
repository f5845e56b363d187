"""A failure that is back: its incident goes on in a new run, unless it comes and goes too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import runs, transitions
from backend.db.admission.arrivals import Arrival
from backend.db.admission.hosts import Past
from backend.db.admission.ledger import ACTOR
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.runs import of_run

REOPENINGS_MAX = 3
"""So often within `FLAPPING_WITHIN` an incident is reopened; then it is for people.

A return after a verified repair does not count: trouble that a person had repaired did not go by
itself, and what comes after it has, more often than not, another cause.
"""

FLAPPING_WITHIN = timedelta(hours=1)
"""The time over which reopenings are counted."""

FLAPPING = "flapping"
"""The name of the step by which an incident that comes and goes is handed to people."""

# By whom it was ended counts only when a person did it, in its newest run.
_LOOK_BACK = sa.text("""
    SELECT run, status,
        (SELECT count(*) FROM events WHERE incident_id = incidents.id AND kind = 'reopened'
            AND payload ->> 'ended_as' <> 'resolved' AND at > :since) AS reopenings,
        EXISTS (SELECT FROM events WHERE incident_id = incidents.id AND at > :since
            AND step_key = CASE run WHEN 1 THEN '' ELSE run || '.' END || :flapping) AS is_told,
        (SELECT actor FROM events WHERE incident_id = incidents.id
            AND (kind = 'cancelled'
                OR kind = 'approval_decided' AND payload ->> 'verdict' = 'rejected')
            AND seq > COALESCE((SELECT max(seq) FROM events AS begun
                WHERE begun.incident_id = incidents.id
                    AND begun.kind IN ('reopened', 'reinvestigated')), 0)
            ORDER BY seq DESC LIMIT 1) AS person
    FROM incidents WHERE id = :incident_id FOR UPDATE
""")

_DATE = sa.text("UPDATE incidents SET started_at = :starts_at WHERE id = :incident_id")


@dataclass(frozen=True)
class Return:
    """What became of an incident whose failure is back: a new run, or none because it flaps."""

    is_run: bool


async def take_back(
    connection: AsyncConnection, past: Past, arrival: Arrival, *, now: datetime
) -> Return:
    """Reopen the incident for an alert, or say that it flaps: once, then its alerts only join it."""
    parameters = {
        "incident_id": past.incident_id,
        "since": now - FLAPPING_WITHIN,
        "flapping": FLAPPING,
    }
    row = (await connection.execute(_LOOK_BACK, parameters)).one()
    is_flapping = row.status != IncidentStatus.RESOLVED and row.reopenings >= REOPENINGS_MAX
    if is_flapping and row.is_told:
        return Return(is_run=False)
    begins = runs.Beginning(
        kind=EventKind.REOPENED,
        actor=ACTOR,
        reason=_reason(past, arrival, row, now),
        more={"ended_as": row.status, "ended_by": row.person, "alert": arrival.alert.name},
    )
    run = await runs.begin_run(connection, past.incident_id, begins, now=now)
    began = {"incident_id": past.incident_id, "starts_at": arrival.alert.starts_at}
    await connection.execute(_DATE, began)
    if not is_flapping:
        return Return(is_run=True)
    await transitions.escalate(
        connection,
        past.incident_id,
        reason=(
            f"flapping: {arrival.alert.name} is back for the {row.reopenings + 1}th time within "
            f"{FLAPPING_WITHIN.seconds // 60} minutes; no further run is started until it calms down"
        ),
        step_key=of_run(run, FLAPPING),
        now=now,
    )
    return Return(is_run=False)


def _reason(past: Past, arrival: Arrival, row: Any, now: datetime) -> str:
    ended_at = past.ended_at or now
    after_s = max(0, round((now - ended_at).total_seconds()))
    by = f" by {row.person}" if row.person else ""
    ended = "ended" if row.person else row.status
    return f"{arrival.alert.name} fires again {after_s} s after the incident was {ended}{by}"
