"""Answers that many ask for: found once, and given to all who ask within some seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Recent:
    """Remembers answers by question for `lifetime_s` seconds; failures are not remembered."""

    lifetime_s: float
    _found: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)
    _locks: dict[Hashable, asyncio.Lock] = field(default_factory=dict)

    async def recall(self, key: Hashable, find: Callable[[], Awaitable[Any]]) -> Any:
        """Return what was found not long ago, or find it; others with the question wait for that."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._found.get(key)
            if known is None or known[0] < time.monotonic():
                known = (time.monotonic() + self.lifetime_s, await find())
                self._found[key] = known
        self._forget_old()
        return known[1]

    def _forget_old(self) -> None:
        now = time.monotonic()
        for key in [key for key, lock in self._locks.items() if not lock.locked()]:
            if self._found.get(key, (0.0, None))[0] < now:
                self._found.pop(key, None)
                del self._locks[key]
