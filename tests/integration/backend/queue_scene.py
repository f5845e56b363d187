"""Workers at the queue: with a job in hand, and with the lock of one that lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import procrastinate
import psycopg
from procrastinate.jobs import Job
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.engine import libpq_url
from backend.db.queue import QUEUE, enqueue_investigations
from backend.jobs.presence import LOCK_CLASS, Presence
from sre_agent.domain.ids import IncidentId

MakeIncident = Callable[..., Awaitable[IncidentId]]


async def at_work(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> tuple[int, Job]:
    """Have a worker take a job."""
    id_ = await make_incident()
    async with engine.begin() as connection:
        await enqueue_investigations(connection, [id_], now=clock.now())
    worker_id = await app.job_manager.register_worker()
    job = await app.job_manager.fetch_job([QUEUE], worker_id)
    assert job is not None
    return worker_id, job


@asynccontextmanager
async def present(database_url: str, worker_id: int) -> AsyncIterator[None]:
    """Hold the lock of a worker that lives."""
    presence = Presence(database_url)
    presence.begin(worker_id)
    task = asyncio.create_task(presence.run())
    try:
        async with asyncio.timeout(10):
            while not await is_held(database_url, worker_id):  # noqa: ASYNC110 - of another session
                await asyncio.sleep(0.02)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def is_held(database_url: str, worker_id: int) -> bool:
    """Return whether someone holds the lock of a worker."""
    query = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
    async with await psycopg.AsyncConnection.connect(libpq_url(database_url)) as connection:
        found = await connection.execute(query, (LOCK_CLASS, worker_id))
        return await found.fetchone() is not None
