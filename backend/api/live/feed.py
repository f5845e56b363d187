"""What happens in an organization as a whole: its incidents as they change, and the switch."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.api.live import feed_frames
from backend.api.live.frames import Frame
from backend.api.live.notices import Changed, Notice, Thrown
from backend.api.live.outbox import Outbox
from backend.api.live.pace import Pace
from backend.db import overview, switch
from backend.db.engine import AWAY
from backend.db.overview import Overview
from backend.db.switch import Stops
from sre_agent.domain.incident import IncidentStatus

SHOWN_MAX = 500
"""How many open incidents a newcomer is told of, and a sweep looks at: the newest."""

SNAPSHOT_FROM = 200
"""When more incidents than this change at once, everybody is given the whole anew."""

_WHOLE_PAUSES = 4
_RETRY_S = 1.0

_log = structlog.get_logger()


class Feed:
    """Reads what changed, once for all followers of all organizations in this process.

    A newcomer is first given the whole; it is read under the same lock as every change, so that no
    older state can come after it.
    """

    def __init__(self, engine: AsyncEngine, pace: Pace, *, is_held: bool) -> None:
        self._pace = pace
        self._engine = engine
        self._is_held = is_held
        self._followers: dict[str, set[Outbox]] = defaultdict(set)
        self._changed: set[str] = set()
        self._thrown: set[str] = set()
        self._waiting: dict[str, int] = {}
        self._stops: dict[str, Stops] = {}
        self._ends: dict[str, int] = {}
        self._is_swept = True
        self._is_whole = False
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()

    def notice(self, notice: Notice) -> None:
        """Take note that something changed."""
        if not self._followers:
            return
        match notice:
            case Changed(incident_id):
                self._changed.add(incident_id)
            case Thrown(org_id):
                self._thrown.add(org_id)
            case _:
                self._is_swept = False
        self._news.set()

    @asynccontextmanager
    async def join(self, org_id: str, outbox: Outbox) -> AsyncIterator[None]:
        """Give the follower the organization as it stands, then every change."""
        async with self._turn:
            async with self._engine.connect() as connection:
                seen = await overview.look(connection, org_id, limit=SHOWN_MAX)
            if org_id not in self._followers:
                # Else those who are there would never be told what only the newcomer has seen.
                self._remember(org_id, seen)
            outbox.put(feed_frames.snapshot(seen, is_held=self._is_held))
            self._followers[org_id].add(outbox)
        try:
            yield
        finally:
            self._leave(org_id, outbox)

    async def run(self) -> None:
        """Tell of changes until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._pace.feed_sweep_s):
                    await self._news.wait()
            except TimeoutError:
                self._is_swept = False
            self._news.clear()
            try:
                await self._tell()
            except AWAY as error:
                _log.warning("feed_not_read", reason=str(error))
                self._is_swept = False
                self._news.set()
                await asyncio.sleep(_RETRY_S)
            await asyncio.sleep(self._pace.feed_pause_s * (_WHOLE_PAUSES if self._is_whole else 1))

    async def _tell(self) -> None:
        async with self._turn:
            if not self._followers:
                return
            # Who leaves meanwhile is told nothing; who comes waits for its turn.
            orgs = tuple(self._followers)
            self._is_whole = False
            async with self._engine.connect() as connection:
                if not self._is_swept:
                    await self._sweep(connection, orgs)
                changed, self._changed = self._changed, set()
                thrown, self._thrown = self._thrown, set()
                await self._tell_incidents(connection, orgs, changed)
                await self._tell_switch(connection, thrown.intersection(orgs))

    def _remember(self, org_id: str, seen: Overview) -> None:
        """Note what all followers of the organization have been told."""
        self._ends |= {row.id: row.last_seq for row in seen.incidents}
        self._waiting[org_id] = seen.approvals_waiting
        self._stops[org_id] = seen.stops

    async def _sweep(self, connection: AsyncConnection, orgs: Collection[str]) -> None:
        """Find what changed while nobody told."""
        ends = await overview.find_ends(connection, orgs, known=self._ends.keys(), limit=SHOWN_MAX)
        self._changed |= {id_ for id_, end in ends.items() if self._ends.get(id_) != end}
        self._thrown.update(orgs)
        self._is_swept = True

    async def _tell_incidents(
        self, connection: AsyncConnection, orgs: Collection[str], changed: Collection[str]
    ) -> None:
        if len(changed) > SNAPSHOT_FROM:
            self._is_whole = True
            for org_id in orgs:
                seen = await overview.look(connection, org_id, limit=SHOWN_MAX)
                self._remember(org_id, seen)
                self._hand(org_id, feed_frames.snapshot(seen, is_held=self._is_held))
            return
        if not changed:
            return
        for row in await overview.find(connection, changed, orgs):
            if IncidentStatus(row.status).is_open:
                self._ends[row.id] = row.last_seq
            else:
                self._ends.pop(row.id, None)
            self._hand(row.org_id, feed_frames.incident(row))
        waiting = await overview.count_waiting(connection, orgs)
        for org_id in orgs:
            if self._waiting.get(org_id) != waiting.get(org_id, 0):
                self._waiting[org_id] = waiting.get(org_id, 0)
                self._hand(org_id, feed_frames.approvals(self._waiting[org_id]))

    async def _tell_switch(self, connection: AsyncConnection, org_ids: Iterable[str]) -> None:
        for org_id in org_ids:
            stops = await switch.find_stops(connection, org_id)
            if self._stops.get(org_id) != stops:
                self._stops[org_id] = stops
                self._hand(org_id, feed_frames.halt(stops, is_held=self._is_held))

    def _hand(self, org_id: str, frame: Frame) -> None:
        for outbox in self._followers.get(org_id, ()):
            outbox.put(frame)

    def _leave(self, org_id: str, outbox: Outbox) -> None:
        self._followers[org_id].discard(outbox)
        if not self._followers[org_id]:
            del self._followers[org_id]
            self._waiting.pop(org_id, None)
            self._stops.pop(org_id, None)
        if not self._followers:
            self._ends.clear()
