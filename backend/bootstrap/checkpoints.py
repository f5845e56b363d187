"""The tables of checkpoints, made by the first worker of a database and by no two at once."""

import asyncio
from typing import Any

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

_LOCK = 0x5EA8
"""The advisory lock of whoever makes them."""

_POLL_S = 0.1


async def set_up(
    saver: AsyncPostgresSaver, pool: AsyncConnectionPool[AsyncConnection[Any]]
) -> None:
    """Make the tables unless they are there; of two workers at once, one would fail.

    Who waits asks again and again: waiting inside a statement would keep the other one's indexes
    from being built.
    """
    async with pool.connection() as connection:
        while not await _is_ours(connection):  # noqa: ASYNC110 - the other is another process
            await asyncio.sleep(_POLL_S)
        try:
            await saver.setup()
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


async def _is_ours(connection: AsyncConnection[Any]) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s) AS is_ours", (_LOCK,))
    row = await cursor.fetchone()
    return row is not None and bool(row["is_ours"])
