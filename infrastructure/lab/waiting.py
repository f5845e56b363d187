"""Wait for something to become true, with an end to patience."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

POLL_S = 0.1


class StartError(Exception):
    """A part of the lab did not come up; the text says which, and where to look."""


async def until(
    condition: Callable[[], Awaitable[bool]],
    *,
    what: str,
    patience_s: float,
    ended: Callable[[], list[str]],
) -> None:
    """Wait until a condition holds.

    Args:
        condition: asked again and again.
        what: said when patience ends.
        patience_s: seconds to wait.
        ended: names processes that are not running, in which case waiting is useless.

    Raises:
        StartError: when a process has ended or time is over.
    """
    deadline_s = asyncio.get_running_loop().time() + patience_s
    while not await condition():
        dead = ended()
        if dead:
            raise StartError(f"{what}: {'; '.join(dead)}")
        if asyncio.get_running_loop().time() > deadline_s:
            raise StartError(f"{what}: not after {patience_s:g} s")
        await asyncio.sleep(POLL_S)


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    """Say whether a URL answers 200 to GET."""
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def sample(client: httpx.AsyncClient, prometheus_url: str, query: str) -> float:
    """Return the one value of an instant query, 0 when there is none."""
    try:
        answer = await client.get(f"{prometheus_url}/api/v1/query", params={"query": query})
        result = answer.json()["data"]["result"]
        return float(result[0]["value"][1])
    except (httpx.HTTPError, ValueError, KeyError, IndexError):
        return 0.0
