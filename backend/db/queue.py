"""Work for the queue, put there in the caller's own transaction: both happen or neither."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sre_agent.domain import canonical
from sre_agent.domain.ids import IncidentId

_Job = dict[str, object]

QUEUE = "incidents"
"""The name of the queue that workers listen to."""

INVESTIGATE = "sre_agent.investigate"
"""The task that works on a new incident; its argument is `incident_id`."""

RESUME = "sre_agent.resume"
"""The task that goes on after a decision; its arguments are `incident_id` and `approval_id`."""

# The queue's own function does the insert. The condition skips a job that already waits, where the
# queue would raise and thereby undo the caller's transaction.
_DEFER = sa.text("""
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW(:queue, :task, 0, lock, queueing_lock, args, NULL)::procrastinate_job_to_defer_v1))
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS job(lock text, queueing_lock text, args jsonb)
    WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs waiting
        WHERE waiting.queueing_lock = job.queueing_lock AND waiting.status = 'todo')
    HAVING count(*) > 0
""")


def lock_of(incident_id: IncidentId) -> str:
    """Return the lock under which an incident's jobs run one at a time."""
    return f"incident:{incident_id}"


async def enqueue_investigations(connection: AsyncConnection, ids: list[IncidentId]) -> None:
    """Enqueue the investigation of incidents; one that waits already is left alone."""
    jobs: list[_Job] = [
        {
            "lock": lock_of(id_),
            "queueing_lock": f"investigate:{id_}",
            "args": {"incident_id": id_},
        }
        for id_ in ids
    ]
    await _defer(connection, INVESTIGATE, jobs)


async def enqueue_resume(
    connection: AsyncConnection, incident_id: IncidentId, approval_id: str
) -> None:
    """Enqueue the continuation of an incident whose approval has ended."""
    job: _Job = {
        "lock": lock_of(incident_id),
        "queueing_lock": f"resume:{approval_id}",
        "args": {"incident_id": incident_id, "approval_id": approval_id},
    }
    await _defer(connection, RESUME, [job])


async def _defer(connection: AsyncConnection, task: str, jobs: list[_Job]) -> None:
    if jobs:
        parameters = {"queue": QUEUE, "task": task, "jobs": canonical.dumps(jobs)}
        await connection.execute(_DEFER, parameters)
