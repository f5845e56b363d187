"""Whoever starts where a worker died takes up its work at once, and never that of one who lives."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import procrastinate
import pytest
import sqlalchemy as sa
from queue_scene import MakeIncident, at_work, present
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db.queue import QUEUE
from backend.jobs import queue
from backend.jobs.succession import Number, Succession
from sre_agent.domain.errors import PermanentError

HOLDER = """
import sys
from pathlib import Path
from backend.jobs.succession import Number, Succession
with Succession(Path(sys.argv[1])) as succession:
    succession.enter(Number(41, "one"))
    print("holds it", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[procrastinate.App]:
    async with queue.create(database_url, places=1).open_async() as app:
        yield app


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "alive.number"


def test_the_first_worker_has_no_predecessor(file: Path) -> None:
    with Succession(file) as succession:
        assert succession.predecessor is None


def test_the_next_worker_knows_the_number_of_the_one_before(file: Path) -> None:
    with Succession(file) as succession:
        succession.enter(Number(1041, "one"))
        succession.enter(Number(7, "one"))

    with Succession(file) as succession:
        assert succession.predecessor == Number(7, "one")


def test_a_worker_whose_process_lives_has_no_successor_until_it_is_killed(file: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holds it\n"
        with Succession(file) as beside:
            known_beside = beside.predecessor
            beside.enter(Number(99, "one"))
        holder.kill()
        holder.wait(10)

    with Succession(file) as after:
        assert (known_beside, after.predecessor) == (None, Number(41, "one"))


@pytest.mark.parametrize("spoiled", ["41\n", "41", "41 ", "x one", "\0\0"])
def test_a_number_that_something_spoiled_is_nobody(file: Path, spoiled: str) -> None:
    file.write_text(spoiled)

    with Succession(file) as succession:
        assert succession.predecessor is None


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="name another as WORKER_ALIVE_FILE"):
        Succession(tmp_path / "nowhere" / "alive.number").__enter__()


def test_a_link_is_not_followed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    file.symlink_to(tmp_path / "precious")

    with pytest.raises(PermanentError):
        Succession(file).__enter__()

    assert (tmp_path / "precious").read_text() == "kept"


async def test_the_job_of_the_one_before_is_taken_up_at_once(
    app: procrastinate.App,
    database_url: str,
    engine: AsyncEngine,
    clock: Any,
    make_incident: MakeIncident,
) -> None:
    dead, job = await at_work(app, engine, clock, make_incident)

    taken = await first_job(database_url, Number(dead, await name_of(database_url)))

    assert taken is not None
    assert (taken.id, taken.attempts) == (job.id, 1)
    assert await is_registered(engine, dead) is False


async def test_who_holds_its_lock_is_not_signed_off_whatever_the_file_says(
    app: procrastinate.App,
    database_url: str,
    engine: AsyncEngine,
    clock: Any,
    make_incident: MakeIncident,
) -> None:
    living, _ = await at_work(app, engine, clock, make_incident)

    async with present(database_url, living):
        number = Number(living, await name_of(database_url))
        taken = await first_job(database_url, number)

    assert taken is None
    assert await is_registered(engine, living) is True


async def test_a_number_of_another_database_signs_nobody_off(
    app: procrastinate.App,
    database_url: str,
    engine: AsyncEngine,
    clock: Any,
    make_incident: MakeIncident,
) -> None:
    """Of a database that was set up anew since: the one with that number is young, without a lock."""
    before = await name_of(database_url)
    async with engine.begin() as connection:
        moved = "UPDATE organizations SET created_at = created_at + interval '1 hour'"
        await connection.execute(sa.text(moved))
    young, _ = await at_work(app, engine, clock, make_incident)

    taken = await first_job(database_url, Number(young, before))

    assert taken is None
    assert await is_registered(engine, young) is True


async def name_of(database_url: str) -> str:
    """Return what workers call the database that gives them their numbers."""
    given: list[Number] = []
    async with queue.create(database_url, places=1, on_registered=given.append).open_async() as app:
        await app.job_manager.unregister_worker(await app.job_manager.register_worker())
    return given[0].database


async def first_job(database_url: str, predecessor: Number) -> Any:
    """Start a worker as the successor of another; return what it is given first."""
    async with queue.create(
        database_url, places=1, predecessor=predecessor
    ).open_async() as successor:
        worker_id = await successor.job_manager.register_worker()
        async with asyncio.timeout(10):
            return await successor.job_manager.fetch_job([QUEUE], worker_id)


async def is_registered(engine: AsyncEngine, worker_id: int) -> bool:
    """Return whether the queue still counts on a worker."""
    query = sa.text("SELECT count(*) FROM procrastinate_workers WHERE id = :id")
    async with engine.connect() as connection:
        return bool((await connection.execute(query, {"id": worker_id})).scalar_one())
