"""Remembering what was found."""

import asyncio

import pytest

from mcp_servers.common.envelope import UnreachableError
from mcp_servers.prometheus.memory import MAX_ENTRIES, Memory
from mcp_servers.prometheus.parallel import together


class Finder:
    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        return self.asked


async def test_many_who_ask_at_once_make_it_look_once() -> None:
    memory: Memory[int] = Memory(lambda _: 60)
    find = Finder()

    found = await together(memory.recall("key", find) for _ in range(5))

    assert found == [1] * 5


async def test_what_is_past_its_time_is_looked_for_again() -> None:
    memory: Memory[int] = Memory(lambda found: 60 if found > 1 else -1)
    find = Finder()

    found = [await memory.recall("key", find) for _ in range(3)]

    assert found == [1, 2, 2]


async def test_a_failure_is_not_remembered() -> None:
    memory: Memory[int] = Memory(lambda _: 60)

    async def fail() -> int:
        raise UnreachableError("down")

    with pytest.raises(UnreachableError):
        await memory.recall("key", fail)
    assert await memory.recall("key", Finder()) == 1


async def test_it_does_not_grow_without_end() -> None:
    memory: Memory[int] = Memory(lambda _: 60)

    for key in range(3 * MAX_ENTRIES):
        await memory.recall(key, Finder())

    assert len(memory._entries) <= 2 * MAX_ENTRIES


async def test_one_failure_among_several_questions_is_told_as_it_is() -> None:
    async def fail() -> int:
        raise UnreachableError("down")

    with pytest.raises(UnreachableError, match="down"):
        await together([Finder()(), fail()])
