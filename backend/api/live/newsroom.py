"""All that serves those who follow: one for each process of the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.doorkeeper import Doorkeeper
from backend.api.live.feed import Feed
from backend.api.live.places import Places
from backend.api.live.sources import Sources
from backend.api.live.streams import Streams
from backend.api.live.wakeups import Wakeups
from backend.settings import ApiSettings


@dataclass(frozen=True)
class Newsroom:
    """Who is woken by what, and who reads the log and the incidents for all others."""

    wakeups: Wakeups
    streams: Streams
    feed: Feed
    places: Places
    doorkeeper: Doorkeeper


@asynccontextmanager
async def open_newsroom(settings: ApiSettings, engine: AsyncEngine) -> AsyncIterator[Newsroom]:
    """Serve followers for as long as the block runs."""
    wakeups = Wakeups()
    streams = Streams(engine, wakeups)
    feed = Feed(engine, is_held=settings.kill_switch)
    places = Places(
        places=settings.live_connections_max, places_each=settings.live_connections_per_user_max
    )
    wakeups.watch(feed.notice)
    sources = Sources(settings.database_url, wakeups.tell)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in (sources.run(), streams.sweep(), feed.run())]
        try:
            yield Newsroom(wakeups, streams, feed, places, Doorkeeper())
        finally:
            for task in tasks:
                task.cancel()
