"""PostgreSQL's notices: one connection listens for the whole process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from backend.api.live.notices import CHANNELS, Notice, parse
from backend.db.engine import libpq_url

# How soon a server is noticed that vanished without a farewell.
_KEEPALIVE_IDLE_S = 10
_KEEPALIVE_INTERVAL_S = 5
_KEEPALIVE_TRIES = 3
_CONNECT_TIMEOUT_S = 5

_TAKE_LEAD = "SELECT pg_try_advisory_lock(hashtextextended('live-relay', 0))"


class Ear:
    """A connection that listens: whatever is committed after it was opened is heard."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    async def take_lead(self) -> bool:
        """Return whether this process may pass on what it hears to all others: one at a time does.

        It does so until the connection ends, however that happens.
        """
        cursor = await self._connection.execute(_TAKE_LEAD)
        row = await cursor.fetchone()
        return row is not None and bool(row[0])

    async def hear(self, timeout_s: float) -> AsyncIterator[Notice]:
        """Yield what is said, for about so long."""
        async for notice in self._connection.notifies(timeout=timeout_s):
            yield parse(notice.channel, notice.payload)


@asynccontextmanager
async def listen(database_url: str) -> AsyncIterator[Ear]:
    """Listen for as long as the block runs.

    Raises:
        psycopg.OperationalError: The database cannot be reached, or went away.
    """
    connection = await psycopg.AsyncConnection.connect(
        libpq_url(database_url),
        autocommit=True,
        connect_timeout=_CONNECT_TIMEOUT_S,
        keepalives_idle=_KEEPALIVE_IDLE_S,
        keepalives_interval=_KEEPALIVE_INTERVAL_S,
        keepalives_count=_KEEPALIVE_TRIES,
    )
    async with connection:
        for channel in CHANNELS:
            await connection.execute(f"LISTEN {channel}")
        yield Ear(connection)
