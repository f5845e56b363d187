"""An API that tests of clusters ask."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from cluster_scene import Asking, api, settings
from sqlalchemy.ext.asyncio import AsyncEngine


@pytest.fixture
async def ask(database_url: str, engine: AsyncEngine, clock: Any) -> AsyncIterator[Asking]:
    """The API, asked by whoever has a token."""
    async with api(settings(database_url), engine, clock) as asking:
        yield asking
