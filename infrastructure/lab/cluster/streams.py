"""Endless answers that end when the server closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any


async def until(closing: asyncio.Event, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines until there are no more, or `closing` is set; then let go of their source."""
    end = asyncio.ensure_future(closing.wait())
    upcoming: asyncio.Future[bytes] | None = None
    try:
        while True:
            upcoming = asyncio.ensure_future(_next(lines))
            done, _ = await asyncio.wait({end, upcoming}, return_when=asyncio.FIRST_COMPLETED)
            if upcoming not in done:
                return
            try:
                yield upcoming.result()
            except StopAsyncIteration:
                return
    finally:
        await _stop(end)
        if upcoming is not None:
            await _stop(upcoming)
        close = getattr(lines, "aclose", None)
        if close is not None:
            await close()


async def _next(lines: AsyncIterator[bytes]) -> bytes:
    return await anext(lines)


async def _stop(task: asyncio.Future[Any]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
