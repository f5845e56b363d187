"""Work for the queue, put there in the caller's own transaction: both happen or neither."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sre_agent.domain import canonical
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.priority import Priority

_Job = dict[str, object]

QUEUE = "incidents"
"""The name of the queue that workers listen to."""

INVESTIGATE = "sre_agent.investigate"
"""The task that works on a new incident; its argument is `incident_id`."""

RESUME = "sre_agent.resume"
"""The task that goes on after a decision; its arguments are `incident_id` and `approval_id`."""

CLASS_WEIGHT = 10
"""What one class of priority weighs; of jobs that wait, the heaviest goes first."""

_DECIDED_WEIGHT = 1000
"""What a person has decided on goes before everything: the state it was seen in grows old."""

# The queue's own function does the insert. The condition skips a job that already waits, where the
# queue would raise and thereby undo the caller's transaction. The lock is the service's: an incident
# has one service, and of a service one run goes on at a time.
_DEFER = sa.text("""
    WITH wanted AS (
        SELECT incidents.id, queueing_lock, args, 'service:' || org_id || '/' || cluster_id || '/'
            || namespace || '/' || service AS lock,
            CASE WHEN :is_investigation THEN (:lowest + 1 - incidents.priority) * :class_weight
            ELSE :decided_weight END AS weight
        FROM jsonb_to_recordset(CAST(:jobs AS jsonb))
            AS job(incident_id text, queueing_lock text, args jsonb)
        JOIN incidents ON incidents.id = job.incident_id
        WHERE NOT EXISTS (
            SELECT FROM procrastinate_jobs waiting
            WHERE waiting.queueing_lock = job.queueing_lock AND waiting.status = 'todo')
    ), dated AS (
        UPDATE incidents SET queued_at = CAST(:now AS timestamptz) FROM wanted
        WHERE incidents.id = wanted.id AND :is_investigation
    )
    SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
        :queue, :task, weight, lock, queueing_lock, args, NULL)::procrastinate_job_to_defer_v1))
    FROM wanted HAVING count(*) > 0
""")


async def enqueue_investigations(
    connection: AsyncConnection, ids: list[IncidentId], *, now: datetime
) -> None:
    """Enqueue the investigation of incidents; one that waits already is left alone.

    From `now` on it counts how long they wait.
    """
    jobs: list[_Job] = [
        {
            "incident_id": id_,
            "queueing_lock": f"investigate:{id_}",
            "args": {"incident_id": id_},
        }
        for id_ in ids
    ]
    await _defer(connection, INVESTIGATE, jobs, now)


async def enqueue_resume(
    connection: AsyncConnection, incident_id: IncidentId, approval_id: str
) -> None:
    """Enqueue the continuation of an incident whose approval has ended."""
    job: _Job = {
        "incident_id": incident_id,
        "queueing_lock": f"resume:{approval_id}",
        "args": {"incident_id": incident_id, "approval_id": approval_id},
    }
    await _defer(connection, RESUME, [job], None)


async def _defer(
    connection: AsyncConnection, task: str, jobs: list[_Job], now: datetime | None
) -> None:
    if jobs:
        parameters = {
            "queue": QUEUE,
            "task": task,
            "jobs": canonical.dumps(jobs),
            "is_investigation": task == INVESTIGATE,
            "now": now,
            "lowest": max(Priority).value,
            "class_weight": CLASS_WEIGHT,
            "decided_weight": _DECIDED_WEIGHT,
        }
        await connection.execute(_DEFER, parameters)
