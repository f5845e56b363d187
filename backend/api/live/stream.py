"""An incident's log as it grows: read once a process, for all who follow it there."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live import frames
from backend.api.live.frames import Frame
from backend.api.live.outbox import Outbox
from backend.db import log_pages
from backend.db.engine import AWAY
from sre_agent.domain.ids import IncidentId

_PAGES_KEPT = 8
_RETRY_S = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class _Kept:
    """A page that was read before; a whole one ended where it was full, not where the log did."""

    frame: Frame
    last_seq: int
    is_whole: bool

    def serves(self, until: int) -> bool:
        """Return whether a follower that is handed what comes after `until` is to have this page."""
        return self.last_seq == until or (self.is_whole and self.last_seq < until)


class Stream:
    """Reads what is new in one log and hands it to every follower.

    A follower first takes its place (`attach`), which fixes the number from which it is handed
    everything; what lies before that it reads itself (`replay`). Between the two nothing is lost and
    nothing comes twice.
    """

    def __init__(self, engine: AsyncEngine, incident_id: IncidentId, *, head: int) -> None:
        self.incident_id = incident_id
        self.head = head
        self.users = 0
        self._engine = engine
        self._followers: set[Outbox] = set()
        self._reading = asyncio.Lock()
        # A log only grows, so that a page of it stays right for ever. After a deploy everybody wants
        # the same ones at the same time.
        self._pages: OrderedDict[int, _Kept] = OrderedDict()
        self._paging = asyncio.Lock()

    def attach(self, outbox: Outbox) -> int:
        """Hand everything after the returned number to the follower."""
        self._followers.add(outbox)
        return self.head

    def detach(self, outbox: Outbox) -> None:
        """Hand the follower no more."""
        self._followers.discard(outbox)

    async def follow(self, news: asyncio.Event) -> None:
        """Read whenever there is news, until cancelled; nobody is left waiting for ever if that fails."""
        try:
            while True:
                await news.wait()
                news.clear()
                try:
                    await self.advance()
                except AWAY as error:
                    _log.warning("log_not_read", incident_id=self.incident_id, reason=str(error))
                    news.set()
                    await asyncio.sleep(_RETRY_S)
        finally:
            for outbox in self._followers:
                outbox.cut()

    async def advance(self) -> None:
        """Read to the end of the log."""
        async with self._reading:
            is_at_end = False
            while not is_at_end:
                page = await self._read(self.head)
                if page.bodies is not None:
                    self.head = page.last_seq
                    frame = _frame(page)
                    for outbox in self._followers:
                        outbox.put(frame)
                is_at_end = page.bodies is None or page.last_seq >= page.log_end

    async def replay(self, after: int, until: int) -> Frame | None:
        """Return the first page of what lies between two numbers, None when nothing does."""
        async with self._paging:
            kept = self._pages.get(after)
            if kept is not None and kept.serves(until):
                return kept.frame
            page = await self._read(after, until)
            if page.bodies is None:
                return None
            kept = self._pages[after] = _Kept(_frame(page), page.last_seq, page.last_seq < until)
            self._pages.move_to_end(after)
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
            return kept.frame

    async def _read(self, after: int, until: int | None = None) -> log_pages.LogPage:
        async with self._engine.connect() as connection:
            if until is None:
                return await log_pages.read(connection, self.incident_id, after=after)
            return await log_pages.read(connection, self.incident_id, after=after, until=until)


def _frame(page: log_pages.LogPage) -> Frame:
    return frames.events(page.bodies or "", last_seq=page.last_seq, status=page.status)
