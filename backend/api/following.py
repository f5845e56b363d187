"""Waiting for news: one connection listens for all who follow an incident."""

import asyncio
from collections import defaultdict
from typing import Self

import psycopg
import structlog

from backend.db.engine import libpq_url
from backend.db.journal import CHANNEL

_RECONNECT_S = 1.0

_log = structlog.get_logger()


class Follower:
    """Wakes those who wait for an incident's next event; an async context manager.

    A wake-up carries nothing: who is woken reads the log. One that was missed costs time, not news.
    """

    def __init__(self, database_url: str) -> None:
        self._url = libpq_url(database_url)
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen(), name="follower")
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._wake_all()

    def subscribe(self, incident_id: str) -> asyncio.Event:
        """Return an event that is set at the next news; give it back with `unsubscribe`."""
        news = asyncio.Event()
        self._waiting[incident_id].add(news)
        return news

    def unsubscribe(self, incident_id: str, news: asyncio.Event) -> None:
        """Stop waiting."""
        self._waiting[incident_id].discard(news)
        if not self._waiting[incident_id]:
            del self._waiting[incident_id]

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except psycopg.OperationalError as error:
                _log.warning("follower_disconnected", reason=str(error))
            # Whatever happened while nobody listened, let everyone look for themselves.
            self._wake_all()
            await asyncio.sleep(_RECONNECT_S)

    async def _listen_once(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._wake_all()
            async for notice in connection.notifies():
                incident_id = notice.payload.partition(":")[0]
                for news in self._waiting.get(incident_id, ()):
                    news.set()

    def _wake_all(self) -> None:
        for waiting in self._waiting.values():
            for news in waiting:
                news.set()
