"""Trouble that goes away by itself: strangers who call, and nothing in the cluster changes."""

import asyncio
import time

from infrastructure.lab.shop import wire

NONSENSE_LASTS_S = 8.0
NONSENSE_PER_S = 30.0
NONSENSE = b'{"order": Infinity}'
"""What some clients make of a number that is none: valid for lenient parsers, no order for us."""

HELD_S = 14.0
"""Longer than the alert waits, and shorter than the silence a service puts up with."""

RELEASED_S = 8.0
TIMES_HELD = 2

PATIENCE_S = 5.0

Address = tuple[str, int]


async def send_nonsense(address: Address, path: str) -> None:
    """Send what is no order, many times a second, for some seconds.

    Raises:
        OSError: when the service cannot be reached.
    """
    request = wire.Request("POST", path, {}, NONSENSE)
    ends_s = time.monotonic() + NONSENSE_LASTS_S
    calls = []
    while time.monotonic() < ends_s:
        call = asyncio.to_thread(wire.post, address, request, PATIENCE_S)
        calls.append(asyncio.create_task(call))
        await asyncio.sleep(1 / NONSENSE_PER_S)
    await asyncio.gather(*calls)


async def hold_scrapes(address: Address) -> None:
    """Keep the one place at a metrics port without a word, leave, and come again.

    Raises:
        OSError: when the port cannot be reached.
    """
    for _ in range(TIMES_HELD):
        _, writer = await asyncio.open_connection(*address)
        await asyncio.sleep(HELD_S)
        writer.close()
        await asyncio.sleep(RELEASED_S)
