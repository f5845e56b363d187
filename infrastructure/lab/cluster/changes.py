"""What changed in the store: live subscriptions and a bounded history for watches that resume."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.cluster.kinds import Kind

HISTORY_LENGTH = 1024
"""Changes kept for watches that resume; older ones answer 410 Gone."""
BUFFER_LENGTH = 4096
"""Changes a slow subscriber may lag behind before it is cut off."""


class Gone(Exception):  # noqa: N818 - named as the API names it
    """The asked resourceVersion is too old, or the subscriber fell too far behind: list again."""


@dataclass(frozen=True)
class Change:
    """One committed change; `object` and `previous` are shared and must not be modified."""

    type: str
    kind: Kind
    object: dict[str, Any]
    resource_version: int
    previous: dict[str, Any] | None = None


class Subscription:
    """An async iterator over changes from the moment it was made; ends after `close`."""

    def __init__(self, owner: Journal, limit: int = BUFFER_LENGTH) -> None:
        self._owner = owner
        self._limit = limit
        self._pending: deque[Change] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._overflowed = False

    def put(self, change: Change) -> None:
        """Queue a change; past the limit the subscription is cut off instead of growing."""
        if len(self._pending) >= self._limit:
            self._overflowed = True
            self._pending.clear()
            self._owner.forget(self)
        else:
            self._pending.append(change)
        self._wake.set()

    def __aiter__(self) -> AsyncIterator[Change]:
        return self

    async def __anext__(self) -> Change:
        while True:
            if self._pending:
                return self._pending.popleft()
            if self._overflowed:
                raise Gone("the subscriber fell too far behind")
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()

    def has_pending(self) -> bool:
        """Tell whether a change can be read without waiting."""
        return bool(self._pending)

    async def next_within(self, timeout_s: float) -> Change | None:
        """Return the next change, or None when none came within `timeout_s` seconds.

        Raises:
            Gone: when the subscriber fell too far behind.
            StopAsyncIteration: when the subscription was closed.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self.__anext__()
        except TimeoutError:
            return None

    def close(self) -> None:
        """Stop receiving; pending changes may still be read."""
        self._closed = True
        self._owner.forget(self)
        self._wake.set()


class Journal:
    """The latest changes and everyone who follows them."""

    def __init__(self, length: int = HISTORY_LENGTH) -> None:
        self._history: deque[Change] = deque(maxlen=length)
        self._dropped_to = 0
        self._followers: set[Subscription] = set()

    def append(self, change: Change) -> None:
        """Record a change and hand it to every follower."""
        if len(self._history) == self._history.maxlen:
            self._dropped_to = self._history[0].resource_version
        self._history.append(change)
        for follower in tuple(self._followers):
            follower.put(change)

    def since(self, resource_version: int) -> list[Change]:
        """Return the changes after a resource version.

        Raises:
            Gone: when some of them are no longer kept.
        """
        if resource_version < self._dropped_to:
            raise Gone(f"too old resource version: {resource_version} ({self._dropped_to + 1})")
        return [change for change in self._history if change.resource_version > resource_version]

    def follow(self) -> Subscription:
        """Return a subscription to every change from now on."""
        subscription = Subscription(self)
        self._followers.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Stop feeding a subscription."""
        self._followers.discard(subscription)
