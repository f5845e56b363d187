"""A long log is walked a page at a time, and nobody waits for all of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from backend.db import chains
from sre_agent.domain.chain import GENESIS, Chain


@dataclass(frozen=True)
class Entry:
    seq: int
    prev_hash: str
    hash: str


def made(count: int) -> list[Entry]:
    hashes = [GENESIS, *(str(number) for number in range(1, count + 1))]
    return [Entry(seq, hashes[seq - 1], hashes[seq]) for seq in range(1, count + 1)]


class Shelf:
    """A log that is read without waiting for anything, and remembers how it was asked."""

    def __init__(self, log: list[Entry]) -> None:
        self.log = log
        self.asked: list[tuple[int, int]] = []

    async def read(self, after: int, limit: int) -> Sequence[Entry]:
        self.asked.append((after, limit))
        return [entry for entry in self.log if entry.seq > after][:limit]


async def walk(shelf: Shelf, last_seq: int, last_hash: str) -> Chain[Entry]:
    chain: Chain[Entry] = Chain("entry", lambda entry: str(entry.seq))
    await chains.walk(chain, shelf.read, last_seq=last_seq, last_hash=last_hash)
    return chain


async def test_a_long_log_is_read_in_pages_and_others_come_first_in_between() -> None:
    shelf = Shelf(made(2 * chains.PAGE + 1))
    pages_before_each_turn = []

    async def somebody_else() -> None:
        while True:
            pages_before_each_turn.append(len(shelf.asked))
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    chain = await walk(shelf, 2 * chains.PAGE + 1, str(2 * chains.PAGE + 1))
    other.cancel()

    assert (chain.length, chain.broken) == (2 * chains.PAGE + 1, None)
    assert shelf.asked == [(0, chains.PAGE), (chains.PAGE, chains.PAGE), (1000, chains.PAGE)]
    assert pages_before_each_turn[:3] == [1, 2, 3]


@pytest.mark.parametrize("place", [1, chains.PAGE, chains.PAGE + 1, 2 * chains.PAGE])
async def test_a_break_is_found_wherever_a_page_begins(place: int) -> None:
    log = made(2 * chains.PAGE)
    del log[place - 1]

    chain = await walk(Shelf(log), 2 * chains.PAGE, str(2 * chains.PAGE))

    assert chain.broken is not None
    assert (chain.broken.seq, chain.broken.reason) == (place, f"entry {place} is missing")


async def test_what_was_appended_meanwhile_is_nobodys_fault() -> None:
    chain = await walk(Shelf(made(7)), 5, "5")

    assert (chain.length, chain.broken) == (5, None)
