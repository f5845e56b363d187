"""Walking a chained log of any length: a page at a time, and others come first in between."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sre_agent.domain.chain import Chain, LinkT

PAGE = 500
"""How many entries are read at once: their hashes take the event loop some milliseconds."""


async def walk(
    chain: Chain[LinkT],
    read: Callable[[int, int], Awaitable[Sequence[LinkT]]],
    *,
    last_seq: int,
    last_hash: str,
) -> None:
    """Follow the chain from where it is through the rest of a log, and compare its end with the head.

    Args:
        chain: What follows, and tells afterwards what was found.
        read: Returns the entries with a number above the first argument, at most as many as the second.
        last_seq: Where the log ended when the head was read; what came later is nobody's fault.
        last_hash: The hash of the entry it ended with.
    """
    after = chain.length
    while after < last_seq:
        page = [entry for entry in await read(after, PAGE) if entry.seq <= last_seq]
        if not page:
            break
        chain.follow(page)
        after = page[-1].seq
        await asyncio.sleep(0)
    chain.end(last_seq, last_hash)
