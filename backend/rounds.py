"""What a worker does now and then for every cluster: round after round, whatever goes wrong."""

from collections.abc import Awaitable, Callable
from typing import Never

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import clusters
from backend.db.tenancy import Tenant
from sre_agent import ports

_log = structlog.get_logger()


async def go_on(
    go: Callable[[], Awaitable[None]], clock: ports.Clock, *, pause_s: float, failed: str
) -> Never:
    """Go again and again until cancelled; a round that fails is told as `failed`, with its reason."""
    while True:
        try:
            await go()
        except Exception as error:  # noqa: BLE001 - an outermost loop: the worker outlives a bad round
            _log.warning(failed, reason=first_line(error))
        await clock.sleep(pause_s)


async def tenants(engine: AsyncEngine, own: Tenant) -> list[Tenant]:
    """Return the own cluster and those that are connected by now."""
    async with engine.connect() as connection:
        connected = await clusters.list_connected(connection)
    return [own, *(each for each in connected if each != own)]


def first_line(error: Exception) -> str:
    """Return what an error says, without the rest that fills a log."""
    return str(error).partition("\n")[0] or repr(error)
