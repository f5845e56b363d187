"""The jobs as workers share them: how many go on at once, and who takes over from the dead."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from procrastinate import BaseConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from typing_extensions import override

from backend.jobs.presence import LOCK_CLASS
from backend.jobs.succession import Number

HEARTBEAT_S = 1.0
"""How often a worker shows that it lives."""

SILENT_AFTER_S = 2.5
"""A worker silent for so long is dead if it has let go of its lock as well."""

STALLED_AFTER_S = 8.0
"""A worker silent for so long is dead; its jobs are given to another."""

_FETCH = """
    SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name,
        attempts, worker_id
    FROM sre_agent_fetch_job(%(queues)s::varchar[], %(worker_id)s, %(places)s)
"""

_LETS_GO = f"""NOT EXISTS (
    SELECT FROM pg_locks held
    WHERE held.locktype = 'advisory' AND held.objsubid = 2
        AND held.classid = {LOCK_CLASS} AND held.objid::bigint = worker.id
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""  # noqa: S608 - a constant of ours

# Found and given back by one statement: of two workers that look at once, the second passes it over,
# and cannot take it from the first, who may be at work on it by then. Of a run that was queued anew
# meanwhile the job that waits stays: no two of the same may wait. Who looks is not dead, however busy.
_RESCUE = f"""
    WITH dropped AS (
        SELECT job.id, job.task_name, job.args, job.queueing_lock
        FROM procrastinate_jobs job
        LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND (
            worker.id IS NULL
            OR worker.id <> %(worker_id)s AND (
                worker.last_heartbeat < now() - make_interval(secs => %(stalled_s)s)
                OR worker.last_heartbeat < now() - make_interval(secs => %(silent_s)s)
                    AND {_LETS_GO}))
        FOR UPDATE OF job SKIP LOCKED
    )
    SELECT id, task_name, args, CASE
        WHEN EXISTS (
            SELECT FROM procrastinate_jobs waits
            WHERE waits.status = 'todo' AND waits.queueing_lock = dropped.queueing_lock)
        THEN procrastinate_finish_job_v1(id, 'failed', true)
        ELSE procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) END
    FROM dropped
"""  # noqa: S608 - as above

# Not by its numbers alone: a database that was set up anew is likely to have the same.
_DATABASE = """
    SELECT concat_ws('-', 'procrastinate_workers'::regclass::oid,
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        (SELECT extract(epoch FROM min(created_at)) FROM organizations)) AS name
"""

_SIGN_OFF = f"DELETE FROM procrastinate_workers worker WHERE id = %(worker_id)s AND {_LETS_GO}"  # noqa: S608 - as above

_log = structlog.get_logger()


class PlacesJobManager(JobManager):
    """Hands out a job only while fewer than `places` are worked on by all workers together."""

    def __init__(
        self,
        connector: BaseConnector,
        places: int,
        on_registered: Callable[[Number], None],
        predecessor: Number | None = None,
    ) -> None:
        super().__init__(connector)
        self._places = places
        self._on_registered = on_registered
        self._predecessor = predecessor

    @override
    async def register_worker(self) -> int:
        """Return the number of this worker, and tell it to whoever wants to know.

        The worker whose place it takes is signed off first: its jobs have nobody from then on. One
        of another database is not: whoever has its number here may live, and hold no lock yet.
        """
        database = (await self.connector.execute_query_one_async(_DATABASE))["name"]
        dead = self._predecessor
        if dead is not None and dead.database == database:
            await self.connector.execute_query_async(_SIGN_OFF, worker_id=dead.worker_id)
        self._predecessor = None
        worker_id = await super().register_worker()
        self._on_registered(Number(worker_id, database))
        return worker_id

    @override
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Return the most urgent job that may run now, marked as this worker's, or None.

        Who finds none looks whether the dead left some: theirs also take up places.
        """
        found = await self._fetch(queues, worker_id)
        if found is None and await self._rescue(worker_id):
            found = await self._fetch(queues, worker_id)
        return found

    async def _fetch(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        row = await self.connector.execute_query_one_async(
            query=_FETCH, queues=queues, worker_id=worker_id, places=self._places
        )
        return None if row["id"] is None else Job.from_row(row)

    @override
    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Let a job be tried again later; where the same one waits by now, that does it."""
        try:
            await super().retry_job_by_id_async(job_id, retry_at, priority, queue, lock)
        except UniqueViolation:
            _log.info("job_waits_already", job_id=job_id)
            await self.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)

    async def _rescue(self, worker_id: int) -> bool:
        """Give back the jobs of dead workers; return whether there were any."""
        try:
            rows = await self.connector.execute_query_all_async(
                query=_RESCUE,
                worker_id=worker_id,
                silent_s=SILENT_AFTER_S,
                stalled_s=STALLED_AFTER_S,
            )
        except UniqueViolation:  # the same one was queued at this moment: the next look sees it
            return False
        for row in rows:
            _log.warning("job_rescued", job_id=row["id"], task=row["task_name"], args=row["args"])
        return bool(rows)
