"""Walks through whole logs: one at a time, and its result for all who ask for the same meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from types import TracebackType
from typing import Any, Self

from sre_agent.domain.errors import TransientError

WAITING_MAX = 5
"""So many different walks may wait for their turn, the present one among them."""


class WalksBusyError(TransientError):
    """Too many walks wait already."""


class Walks:
    """Takes long walks one after the other; use it as an async context manager.

    Whoever asks for a walk that waits or goes on already waits for that one, and holds no connection
    meanwhile. A walk goes on without those who asked: others may be waiting for it as well.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def share(self, key: Hashable, walk: Callable[[], Awaitable[Any]]) -> Any:
        """Return what the walk of that key finds.

        Raises:
            WalksBusyError: Too many others wait already.
        """
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= WAITING_MAX:
                raise WalksBusyError("too many logs are being verified")
            task = asyncio.create_task(self._take(walk))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._settle(key, done))
        return await asyncio.shield(task)

    async def _take(self, walk: Callable[[], Awaitable[Any]]) -> Any:
        async with self._turn:
            return await walk()

    def _settle(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # looked at here, because nobody may be waiting for it any more
