"""Workers that are the first of a database, several at once."""

import asyncio

import psycopg
import pytest

from backend.bootstrap.worker import checkpointer
from backend.db.engine import libpq_url


@pytest.mark.usefixtures("own_database")
async def test_workers_that_start_at_once_all_find_the_tables_of_checkpoints(
    database_url: str,
) -> None:
    async def start() -> None:
        async with checkpointer(database_url):
            pass

    await asyncio.gather(*(start() for _ in range(4)))

    with psycopg.connect(libpq_url(database_url)) as connection:
        made = connection.execute("SELECT count(*), count(DISTINCT v) FROM checkpoint_migrations")
        count, versions = made.fetchone() or (0, 0)
    assert count == versions > 0
