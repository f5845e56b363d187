"""Whether those who were let in may still be here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from backend.api.live.pace import Pace
from backend.db.engine import AWAY

Question = Callable[[], Awaitable[None]]
"""Asks who is there; it raises when the answer is nobody any more."""

_log = structlog.get_logger()


@dataclass
class _Watch:
    task: asyncio.Task[None]
    users: int = 0


class Doorkeeper:
    """Asks again and again, for all connections with the same credential at once."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._watches: dict[bytes, _Watch] = {}

    async def watch(self, credential: bytes, ask: Question) -> None:
        """Return never; raise what the question raises."""
        watch = self._watches.get(credential)
        if watch is None or watch.task.done():
            task = asyncio.create_task(_keep_asking(ask, self._pace.recheck_s), name="doorkeeper")
            watch = self._watches[credential] = _Watch(task)
        watch.users += 1
        try:
            await asyncio.shield(watch.task)
        finally:
            watch.users -= 1
            if watch.users == 0:
                watch.task.cancel()
                if self._watches.get(credential) is watch:
                    del self._watches[credential]


async def _keep_asking(ask: Question, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await ask()
        except AWAY as error:
            # While the database is away nothing is sent either; then the question comes again.
            _log.warning("follower_not_rechecked", reason=str(error))
