"""The incidents that somebody follows here, each read by one stream for as long as that lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.pace import Pace
from backend.api.live.stream import Stream
from backend.api.live.wakeups import Wakeups
from backend.db import log_pages
from backend.db.engine import AWAY
from sre_agent.domain.ids import IncidentId

_log = structlog.get_logger()


@dataclass(frozen=True)
class _Running:
    stream: Stream
    news: asyncio.Event
    task: asyncio.Task[None]


class Streams:
    """Starts a stream with its first follower and ends it with the last."""

    def __init__(self, engine: AsyncEngine, wakeups: Wakeups, pace: Pace) -> None:
        self._pace = pace
        self._engine = engine
        self._wakeups = wakeups
        self._running: dict[IncidentId, _Running] = {}

    def __len__(self) -> int:
        """Return how many incidents are followed here."""
        return len(self._running)

    @asynccontextmanager
    async def join(self, incident_id: IncidentId, *, head: int) -> AsyncIterator[Stream]:
        """Yield the incident's stream; `head` is the number of its last event as it was just read."""
        running = self._running.get(incident_id)
        if running is None or running.task.done():
            running = self._running[incident_id] = self._start(incident_id, head)
        running.stream.users += 1
        try:
            if running.stream.head < head:
                # Whoever comes may have heard more elsewhere than was read here.
                await running.stream.advance()
            yield running.stream
        finally:
            running.stream.users -= 1
            if running.stream.users == 0:
                await self._stop(running)

    async def sweep(self) -> None:
        """Look now and then, with one question for all, whether a wake-up was lost; until cancelled."""
        while True:
            await asyncio.sleep(self._pace.sweep_s)
            if self._running:
                try:
                    await self._look()
                except AWAY as error:
                    _log.warning("logs_not_swept", reason=str(error))

    async def _look(self) -> None:
        async with self._engine.connect() as connection:
            ends = await log_pages.find_ends(connection, list(self._running))
        for running in self._running.values():
            if ends.get(running.stream.incident_id, 0) > running.stream.head:
                running.news.set()

    def _start(self, incident_id: IncidentId, head: int) -> _Running:
        news = self._wakeups.subscribe(incident_id)
        # What came between reading the head and subscribing.
        news.set()
        stream = Stream(self._engine, incident_id, head=head)
        task = asyncio.create_task(stream.follow(news), name=f"stream {incident_id}")
        return _Running(stream, news, task)

    async def _stop(self, running: _Running) -> None:
        incident_id = running.stream.incident_id
        if self._running.get(incident_id) is running:
            del self._running[incident_id]
        self._wakeups.unsubscribe(incident_id, running.news)
        running.task.cancel()
        [ended] = await asyncio.gather(running.task, return_exceptions=True)
        if isinstance(ended, Exception):
            _log.error("stream_crashed", incident_id=incident_id, exc_info=ended)
