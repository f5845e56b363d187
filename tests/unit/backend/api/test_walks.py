"""However many ask for a walk, it is taken once, and one walk goes on at a time."""

import asyncio

import pytest

from backend.api.walks import WAITING_MAX, Walks, WalksBusyError


class Path:
    """Walks that last until they are let go, and how many went on at once."""

    def __init__(self) -> None:
        self.taken = self.now = self.most = 0
        self.open = asyncio.Event()

    async def walk(self) -> int:
        self.taken += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        self.now -= 1
        return self.taken


async def begin(walks: Walks, path: Path, *keys: str) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(walks.share(key, path.walk)) for key in keys]
    await asyncio.sleep(0.01)
    return tasks


async def test_those_who_ask_for_the_same_walk_share_it_and_the_next_one_is_new() -> None:
    path = Path()
    async with Walks() as walks:
        first = await begin(walks, path, "a", "a", "a")
        path.open.set()
        found = await asyncio.gather(*first)
        later = await walks.share("a", path.walk)

    assert found == [1, 1, 1]
    assert later == 2


async def test_different_walks_take_turns_and_too_many_are_refused() -> None:
    path = Path()
    async with Walks() as walks:
        tasks = await begin(walks, path, *map(str, range(WAITING_MAX)))
        with pytest.raises(WalksBusyError):
            await walks.share("one more", path.walk)
        path.open.set()
        await asyncio.gather(*tasks)

    assert (path.taken, path.most) == (WAITING_MAX, 1)


async def test_a_walk_goes_on_for_those_who_stay() -> None:
    path = Path()
    async with Walks() as walks:
        gone, stays = await begin(walks, path, "a", "a")
        gone.cancel()
        await asyncio.sleep(0)
        path.open.set()

        assert await stays == 1


async def test_nothing_goes_on_after_the_end() -> None:
    path = Path()
    async with Walks() as walks:
        [task] = await begin(walks, path, "a")

    with pytest.raises(asyncio.CancelledError):
        await task
