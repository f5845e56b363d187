"""How many runs may go on at once, over all workers: who finds no place leaves the job where it is."""

from collections.abc import Iterable

from procrastinate import BaseConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from typing_extensions import override

_FETCH = """
    SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name,
        attempts, worker_id
    FROM sre_agent_fetch_job(%(queues)s::varchar[], %(worker_id)s, %(places)s)
"""


class PlacesJobManager(JobManager):
    """Hands out a job only while fewer than `places` are worked on by all workers together."""

    def __init__(self, connector: BaseConnector, places: int) -> None:
        super().__init__(connector)
        self._places = places

    @override
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Return the most urgent job that may run now, marked as this worker's, or None."""
        row = await self.connector.execute_query_one_async(
            query=_FETCH, queues=queues, worker_id=worker_id, places=self._places
        )
        return None if row["id"] is None else Job.from_row(row)
