"""Remembering for a while what was found."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

FoundT = TypeVar("FoundT")

MAX_ENTRIES = 500


@dataclass(slots=True)
class _Entry(Generic[FoundT]):
    found: FoundT
    good_until_s: float


@dataclass(slots=True)
class Memory(Generic[FoundT]):
    """Answers by question; each is found once, however many ask at the same time."""

    lifetime_s: Callable[[FoundT], float]
    """How long something found stays good."""

    _entries: dict[Hashable, _Entry[FoundT]] = field(default_factory=dict)
    _locks: dict[Hashable, asyncio.Lock] = field(default_factory=dict)

    async def recall(self, key: Hashable, find: Callable[[], Awaitable[FoundT]]) -> FoundT:
        """Return what is known, or find it; a failure to find is not remembered."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            entry = self._entries.get(key)
            if entry is None or entry.good_until_s < time.monotonic():
                found = await find()
                entry = _Entry(found, time.monotonic() + self.lifetime_s(found))
                self._entries[key] = entry
        self._forget_old()
        return entry.found

    def _forget_old(self) -> None:
        if len(self._locks) <= MAX_ENTRIES:
            return
        now = time.monotonic()
        for key in [key for key, lock in self._locks.items() if not lock.locked()]:
            entry = self._entries.get(key)
            if entry is None or entry.good_until_s < now or len(self._locks) > 2 * MAX_ENTRIES:
                self._entries.pop(key, None)
                del self._locks[key]
