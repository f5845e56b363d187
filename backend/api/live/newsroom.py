"""All that serves those who follow: one for each process of the API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.doorkeeper import Doorkeeper
from backend.api.live.feed import Feed
from backend.api.live.pace import Pace
from backend.api.live.places import Places
from backend.api.live.sources import Sources
from backend.api.live.streams import Streams
from backend.api.live.wakeups import Wakeups
from backend.db import tenancy
from backend.settings.api import ApiSettings

if TYPE_CHECKING:
    from backend.api.live.bus import Bus

_RESTART_S = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class Newsroom:
    """Who is woken by what, and who reads the log and the incidents for all others."""

    wakeups: Wakeups
    streams: Streams
    feed: Feed
    places: Places
    doorkeeper: Doorkeeper
    pace: Pace


@asynccontextmanager
async def open_newsroom(
    settings: ApiSettings, engine: AsyncEngine, pace: Pace
) -> AsyncIterator[Newsroom]:
    """Serve followers for as long as the block runs."""
    wakeups = Wakeups()
    streams = Streams(engine, wakeups, pace)
    feed = Feed(engine, pace, is_held=settings.kill_switch)
    places = Places(
        places=settings.live_connections_max, places_each=settings.live_connections_per_user_max
    )
    wakeups.watch(feed.notice)
    async with _open_bus(settings.redis_url, engine, pace) as bus:
        sources = Sources(settings.database_url, bus, pace, wakeups.tell)
        work = (sources.run, streams.sweep, feed.run)
        tasks = [asyncio.create_task(_keep_up(item), name=item.__qualname__) for item in work]
        try:
            yield Newsroom(wakeups, streams, feed, places, Doorkeeper(pace), pace)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _open_bus(
    url: str | None, engine: AsyncEngine, pace: Pace
) -> AsyncIterator["Bus | None"]:
    if url is None:
        yield None
        return
    from backend.api.live.bus import Bus  # noqa: PLC0415 - what its client loads takes a tenth of a second

    async with engine.connect() as connection:
        mark = await tenancy.find_mark(connection)
    bus = Bus(url, mark, pace)
    try:
        yield bus
    finally:
        await bus.aclose()


async def _keep_up(work: Callable[[], Awaitable[None]]) -> None:
    """Do the work until cancelled; what crashes is told and begun again."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the outermost loop: nobody else would notice
            _log.error("follower_work_crashed", work=work.__qualname__, exc_info=error)
        await asyncio.sleep(_RESTART_S)
