"""Have runs that wait for a person look now and then whether what was shown is still so."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import queue
from sre_agent.domain.ids import IncidentId

RELOOK_EVERY_S = 30.0
"""How old the newest look at a plan that waits may grow, in seconds."""

_AT_ONCE_MAX = 20
"""How many are woken in one round: after a storm of plans each is looked at a little later."""

_TAKE_DUE = sa.text("""
    UPDATE approvals SET looked_at = :now
    WHERE id IN (
        SELECT asked.id FROM approvals AS asked
        JOIN incidents ON incidents.id = asked.incident_id
        WHERE asked.status = 'open' AND asked.expires_at > :now
            AND incidents.status = 'awaiting_approval' AND NOT incidents.is_paused
            AND coalesce(asked.looked_at, asked.requested_at) <= :before
        ORDER BY coalesce(asked.looked_at, asked.requested_at), asked.id
        LIMIT :at_once FOR UPDATE OF asked SKIP LOCKED)
    RETURNING id, incident_id
""")


async def wake_due(engine: AsyncEngine, *, now: datetime) -> list[str]:
    """Wake the runs whose last look is too old, and return the ids of their requests."""
    due = {
        "now": now,
        "before": now - timedelta(seconds=RELOOK_EVERY_S),
        "at_once": _AT_ONCE_MAX,
    }
    async with engine.begin() as connection:
        taken = (await connection.execute(_TAKE_DUE, due)).all()
        for row in taken:
            await queue.enqueue_resume(connection, IncidentId(row.incident_id), row.id)
    return sorted(row.id for row in taken)
