"""Who waits for a worker, in the order in which workers take them, and what each waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import queue
from sre_agent.domain.priority import Priority

_COUNT = sa.text("""
    SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS running,
        (SELECT count(*) FROM procrastinate_jobs AS job
        JOIN incidents ON incidents.id = job.args ->> 'incident_id'
        WHERE job.status = 'todo' AND org_id = :org_id) AS waiting
""")

_LIST = sa.text("""
    SELECT incidents.id, namespace, service, title, incidents.severity, incidents.priority, queued_at,
        job.task_name, job.priority AS weight, job.scheduled_at, job.attempts,
        EXISTS (SELECT FROM procrastinate_jobs AS other
            WHERE other.lock = job.lock AND other.status = 'doing') AS is_locked
    FROM procrastinate_jobs AS job JOIN incidents ON incidents.id = job.args ->> 'incident_id'
    WHERE job.status = 'todo' AND org_id = :org_id
    ORDER BY job.priority DESC, job.id LIMIT :limit
""")


@dataclass(frozen=True)
class Waiting:
    """An incident that waits; `counts_as` is its class after ageing, `why` what it waits for."""

    position: int
    incident_id: str
    namespace: str
    service: str
    title: str
    severity: str
    priority: Priority
    counts_as: Priority
    waiting_since: datetime | None
    is_decided: bool
    why: str


@dataclass(frozen=True)
class Line:
    """The first of those who wait, how many they are, and how many places are taken."""

    running: int
    waiting: int
    first: Sequence[Waiting]


async def look(
    connection: AsyncConnection, org_id: str, *, places: int, limit: int, now: datetime
) -> Line:
    """Return the line of an organization; the places are those of all organizations together."""
    counts = (await connection.execute(_COUNT, {"org_id": org_id})).one()
    rows = await connection.execute(_LIST, {"org_id": org_id, "limit": limit})
    first = [
        _waiting(row, position, why=explain(row, running=counts.running, places=places, now=now))
        for position, row in enumerate(rows, start=1)
    ]
    return Line(counts.running, counts.waiting, first)


def explain(row: Any, *, running: int, places: int, now: datetime) -> str:
    """Return what keeps a job from being worked on."""
    if row.scheduled_at is not None and row.scheduled_at > now:
        at = row.scheduled_at.strftime("%H:%M:%S")
        return f"attempt {row.attempts} failed; the next one is at {at} UTC"
    if row.is_locked:
        return f"another run of {row.service} goes on"
    if running >= places:
        return f"{running} of {places} places are taken (MAX_CONCURRENT_ALERTS)"
    return "it is next: no worker has taken it yet"


def _waiting(row: sa.Row[Any], position: int, *, why: str) -> Waiting:
    aged = len(Priority) + 1 - row.weight // queue.CLASS_WEIGHT
    return Waiting(
        position=position,
        incident_id=row.id,
        namespace=row.namespace,
        service=row.service,
        title=row.title,
        severity=row.severity,
        priority=Priority(row.priority),
        counts_as=Priority(max(Priority.P1, min(Priority.P4, aged))),
        waiting_since=row.queued_at,
        is_decided=row.task_name == queue.RESUME,
        why=why,
    )
