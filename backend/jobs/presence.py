"""A worker that is there holds a lock for as long as its process lives: nobody waits for a dead one.

A heartbeat that is missing says after many seconds what the end of a connection says at once. The
heartbeat still has its say: a connection may be cut although the worker at its other end lives.
"""

import asyncio
from contextlib import suppress

import psycopg
import structlog

from backend.db.engine import libpq_url

LOCK_CLASS = 0x5EA6
"""The first number of the advisory locks that workers hold; the second is the worker's."""

_CHECKED_EVERY_S = 1.0
_CONNECT_S = 5

# Waits where our own earlier connection is not known to be dead yet.
_TAKE = "SELECT pg_advisory_lock(%s, %s)"

_log = structlog.get_logger()


class Presence:
    """Holds a worker's lock on a connection of its own, which it opens again when it is lost."""

    def __init__(self, database_url: str) -> None:
        self._url = libpq_url(database_url)
        self._worker = asyncio.get_running_loop().create_future()

    def begin(self, worker_id: int) -> None:
        """Say which worker this is."""
        if not self._worker.done():
            self._worker.set_result(worker_id)

    async def run(self) -> None:
        """Hold the lock until cancelled."""
        worker_id: int = await self._worker
        while True:
            try:
                await self._hold(worker_id)
            except psycopg.Error as error:
                _log.warning("presence_lost", reason=str(error).partition("\n")[0])
            await asyncio.sleep(_CHECKED_EVERY_S)

    async def _hold(self, worker_id: int) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=_CONNECT_S
        )
        try:
            await connection.execute(_TAKE, (LOCK_CLASS, worker_id))
            while True:
                await asyncio.sleep(_CHECKED_EVERY_S)
                await connection.execute("SELECT 1")
        finally:
            with suppress(psycopg.Error):
                await connection.close()
