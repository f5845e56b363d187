"""Who is to be woken by which notice."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from backend.api.live.notices import Changed, Notice, Thrown, Unknown

Watcher = Callable[[Notice], None]
"""Told of every notice; it must return at once."""


class Wakeups:
    """Hands each notice to those who wait for it.

    Who is woken reads the database: a wake-up too many costs a look, one too few costs time.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Tell the watcher of every notice from now on."""
        self._watchers.append(watcher)

    def subscribe(self, incident_id: str) -> asyncio.Event:
        """Return an event that is set at the incident's next news; give it back with `unsubscribe`."""
        news = asyncio.Event()
        self._waiting[incident_id].add(news)
        return news

    def unsubscribe(self, incident_id: str, news: asyncio.Event) -> None:
        """Stop waiting."""
        self._waiting[incident_id].discard(news)
        if not self._waiting[incident_id]:
            del self._waiting[incident_id]

    def tell(self, notice: Notice) -> None:
        """Wake whom it concerns."""
        match notice:
            case Changed(incident_id):
                for news in self._waiting.get(incident_id, ()):
                    news.set()
            case Thrown():
                pass
            case Unknown():
                for waiting in self._waiting.values():
                    for news in waiting:
                        news.set()
        for watcher in self._watchers:
            watcher(notice)
