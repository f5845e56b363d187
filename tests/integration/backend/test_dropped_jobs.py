"""What a dead worker was at work on goes to another: at once when its process is gone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import procrastinate
import psycopg
import pytest
import sqlalchemy as sa
from procrastinate.jobs import Job
from queue_scene import MakeIncident, at_work, is_held, present
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.engine import libpq_url
from backend.db.queue import QUEUE, enqueue_investigations
from backend.jobs import places, queue
from backend.jobs.presence import LOCK_CLASS
from sre_agent.domain.ids import IncidentId

A_MOMENT_S = places.SILENT_AFTER_S + 0.5
LONG_S = places.STALLED_AFTER_S + 1


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[procrastinate.App]:
    app = queue.create(database_url, places=1)
    async with app.open_async():
        yield app


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[procrastinate.App]:
    app = queue.create(database_url, places=1)
    async with app.open_async():
        yield app


async def be_silent(engine: AsyncEngine, worker_id: int, seconds: float) -> None:
    """Let the last sign of a worker be so long ago."""
    query = sa.text(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => :s)"
        " WHERE id = :id"
    )
    async with engine.begin() as connection:
        await connection.execute(query, {"s": seconds, "id": worker_id})


@pytest.fixture
async def dropped(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> Job:
    """A job of a worker that was not heard of for long."""
    worker_id, job = await at_work(app, engine, clock, make_incident)
    await be_silent(engine, worker_id, LONG_S)
    return job


async def queue_again(engine: AsyncEngine, clock: Any, job: Job) -> None:
    """Queue the incident of a job in hand, as when its failure comes back."""
    async with engine.begin() as connection:
        id_ = IncidentId(str(job.task_kwargs["incident_id"]))
        await enqueue_investigations(connection, [id_], now=clock.now())


async def take_over(app: procrastinate.App) -> Job | None:
    """Ask for a job as another worker."""
    worker_id = await app.job_manager.register_worker()
    return await app.job_manager.fetch_job([QUEUE], worker_id)


async def test_a_job_of_a_worker_that_let_go_of_its_lock_is_taken_over_after_a_moment(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> None:
    worker_id, job = await at_work(app, engine, clock, make_incident)

    at_once = await take_over(app)
    await be_silent(engine, worker_id, A_MOMENT_S)
    taken = await take_over(app)

    assert at_once is None
    assert taken is not None
    assert (taken.id, taken.attempts) == (job.id, 1)


async def test_a_worker_that_is_slow_to_show_itself_keeps_its_job_while_it_holds_its_lock(
    app: procrastinate.App,
    engine: AsyncEngine,
    clock: Any,
    make_incident: MakeIncident,
    database_url: str,
) -> None:
    worker_id, job = await at_work(app, engine, clock, make_incident)

    async with present(database_url, worker_id):
        await be_silent(engine, worker_id, A_MOMENT_S)
        while_held = await take_over(app)
        await be_silent(engine, worker_id, LONG_S)
        after_long = await take_over(app)

    assert while_held is None
    assert after_long is not None
    assert after_long.id == job.id


async def test_two_that_look_at_once_take_a_dropped_job_over_once(
    app: procrastinate.App, other: procrastinate.App, dropped: Job
) -> None:
    found = await asyncio.gather(*(take_over(each) for each in (app, other, app, other)))

    taken = [each for each in found if each is not None]
    assert [(each.id, each.attempts) for each in taken] == [(dropped.id, 1)]


async def test_a_dropped_job_that_another_has_in_hand_is_passed_over(
    other: procrastinate.App, engine: AsyncEngine, dropped: Job
) -> None:
    async with engine.begin() as connection:
        in_hand = sa.text("SELECT FROM procrastinate_jobs WHERE id = :id FOR UPDATE")
        await connection.execute(in_hand, {"id": dropped.id})
        async with asyncio.timeout(8):  # whoever does not pass it over waits for the row
            meanwhile = await take_over(other)
    later = await take_over(other)

    assert meanwhile is None
    assert later is not None
    assert later.id == dropped.id


async def test_a_dropped_job_gives_way_to_the_same_one_that_was_queued_meanwhile(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, dropped: Job
) -> None:
    await queue_again(engine, clock, dropped)

    taken = await take_over(app)
    after_it = await take_over(app)

    assert taken is not None
    assert taken.id != dropped.id
    assert taken.task_kwargs == dropped.task_kwargs
    assert after_it is None


async def test_a_failed_job_gives_way_to_the_same_one_that_was_queued_meanwhile(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> None:
    _, job = await at_work(app, engine, clock, make_incident)
    await queue_again(engine, clock, job)

    await app.job_manager.retry_job(job, retry_at=clock.now())
    taken = await take_over(app)

    assert taken is not None
    assert taken.id != job.id
    assert taken.task_kwargs == job.task_kwargs


async def test_a_busy_worker_does_not_take_its_own_job_for_a_dead_ones(
    app: procrastinate.App, engine: AsyncEngine, clock: Any, make_incident: MakeIncident
) -> None:
    worker_id, _ = await at_work(app, engine, clock, make_incident)
    await be_silent(engine, worker_id, LONG_S)

    taken = await app.job_manager.fetch_job([QUEUE], worker_id)

    assert taken is None


async def test_a_lock_that_was_lost_is_taken_again(database_url: str) -> None:
    async with present(database_url, 7):
        url = libpq_url(database_url)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND classid = %s",
                (LOCK_CLASS,),
            )

        async with asyncio.timeout(10):
            while not await is_held(database_url, 7):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
