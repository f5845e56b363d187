"""What following live begins with: an API that is up, at a test's own pace, and a log to write to."""

from collections.abc import AsyncIterator

import pytest
from live_api import LiveApi, serve
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api.live.pace import Pace
from backend.clock import SystemClock
from backend.db.journal import PostgresJournal


@pytest.fixture
async def api(engine: AsyncEngine, database_url: str, pace: Pace) -> AsyncIterator[LiveApi]:
    """The API, served; each file says at what `pace`."""
    async with serve(engine, database_url, pace) as served:
        yield served


@pytest.fixture
def journal(engine: AsyncEngine) -> PostgresJournal:
    """The log that the API follows."""
    return PostgresJournal(engine, SystemClock())
