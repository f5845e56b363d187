"""Running several things until one of them ends."""

import asyncio
from collections.abc import Coroutine


async def until_first(*work: Coroutine[None, None, None]) -> None:
    """Run all until the first one ends, and end as that one did."""
    tasks = [asyncio.create_task(item) for item in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
