"""What waits in the queue grows more urgent with time, and is handed to people when it waits too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import procrastinate
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import queue
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.priority import Priority

_ENDED_AT_ONCE = 20  # a round of upkeep has other things to do as well

_AGE = sa.text("""
    UPDATE procrastinate_jobs AS job SET priority = aged.weight
    FROM (
        SELECT waiting.id, :class_weight * LEAST(:classes, :classes + 1 - incidents.priority
            + GREATEST(0, floor(extract(epoch FROM CAST(:now AS timestamptz) - queued_at) / :ageing_s)
                )::int) AS weight
        FROM procrastinate_jobs AS waiting
        JOIN incidents ON incidents.id = waiting.args ->> 'incident_id'
        WHERE waiting.status = 'todo' AND waiting.task_name = :task AND queued_at IS NOT NULL
    ) AS aged
    WHERE job.id = aged.id AND job.status = 'todo' AND job.priority <> aged.weight
""")

_FIND_OVERDUE = sa.text("""
    SELECT job.id AS job_id, incidents.id AS incident_id
    FROM procrastinate_jobs AS job JOIN incidents ON incidents.id = job.args ->> 'incident_id'
    WHERE job.status = 'todo' AND job.task_name = :task AND job.attempts = 0
        AND queued_at <= :before AND ended_at IS NULL
    ORDER BY queued_at LIMIT :limit
""")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a wait may be, in seconds.

    After each `ageing_s` a wait counts as one class more urgent; after `ttl_s` it is over.
    """

    ttl_s: float
    ageing_s: float


class Runs(Protocol):
    """Whoever can end an incident that no run was given to."""

    async def abandon(self, incident_id: IncidentId, reason: str) -> None:
        """Escalate the incident and write its report."""
        ...


async def age(engine: AsyncEngine, patience: Patience, *, now: datetime) -> None:
    """Give every waiting investigation the weight of its incident's class and of its wait."""
    parameters = {
        "now": now,
        "ageing_s": patience.ageing_s,
        "class_weight": queue.CLASS_WEIGHT,
        "classes": len(Priority),
        "task": queue.INVESTIGATE,
    }
    async with engine.begin() as connection:
        await connection.execute(_AGE, parameters)


async def end_overdue(
    app: procrastinate.App, engine: AsyncEngine, runs: Runs, patience: Patience, *, now: datetime
) -> list[IncidentId]:
    """Escalate what waited too long, and return it.

    The job goes first: who gets it, a worker or we, ends or runs the incident, never both.
    """
    parameters = {
        "task": queue.INVESTIGATE,
        "before": now - timedelta(seconds=patience.ttl_s),
        "limit": _ENDED_AT_ONCE,
    }
    async with engine.connect() as connection:
        overdue = (await connection.execute(_FIND_OVERDUE, parameters)).all()
    ended = []
    for row in overdue:
        if not await app.job_manager.cancel_job_by_id_async(row.job_id, delete_job=True):
            continue
        reason = (
            f"no worker was free for {patience.ttl_s:g} s: nobody has looked at it. "
            "Look yourself, then raise MAX_CONCURRENT_ALERTS or start more workers."
        )
        await runs.abandon(IncidentId(row.incident_id), reason)
        ended.append(IncidentId(row.incident_id))
    return ended
