"""A Notion database as a place where runbooks are kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mcp_servers.common.envelope import ToolFailureError, UnreachableError
from mcp_servers.runbooks.notion.api import NotionApi
from mcp_servers.runbooks.notion.blocks import Page
from mcp_servers.runbooks.notion.properties import meta
from mcp_servers.runbooks.reading import MalformedError
from mcp_servers.runbooks.runbook import Entry, Runbook, whole
from mcp_servers.runbooks.sources import Shelf

FRESH_FOR = timedelta(seconds=60)
"""So old the list of pages may be: Notion allows three requests a second, for everyone together."""

SETTLED_AFTER = timedelta(minutes=2)
"""Notion tells when a page was edited to the minute only: a page edited more lately than this may be
edited again and bear the same time."""

CHECKED_FOR = timedelta(seconds=5)
MAX_PAGES = 1000
NAME = "notion"


@dataclass(frozen=True, slots=True)
class _Seen:
    """The list of pages as it was at a time; `edited` holds when each was last changed."""

    at: datetime
    shelf: Shelf
    edited: dict[str, str]


@dataclass
class NotionDatabase:
    """The pages of one database. Texts are fetched when asked for and kept until they change."""

    api: NotionApi
    database_id: str
    now: Callable[[], datetime]
    name: str = NAME
    _seen: _Seen | None = None
    _read: dict[str, tuple[str, Runbook]] = field(default_factory=dict)
    _checked: tuple[datetime, ToolFailureError | None] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def shelf(self) -> Shelf:
        """Return what is there; when Notion is silent, what was there last, saying so."""
        async with self._lock:
            seen = self._seen
            if seen is None or self.now() - seen.at > FRESH_FOR:
                try:
                    seen = self._seen = await self._look()
                except ToolFailureError as failure:
                    if seen is None:
                        raise
                    return _dated(self._with_words(seen.shelf), seen.at, failure)
        return self._with_words(seen.shelf)

    async def read(self, entry: Entry) -> Runbook:
        """Return a page with all its blocks."""
        edited = self._seen.edited.get(entry.id, "") if self._seen else ""
        known = self._read.get(entry.id)
        if known and edited and known[0] == edited:
            return known[1]
        asked_at, page = self.now(), Page(self.api.children)
        await page.read(entry.id.removeprefix(f"{NAME}:"))
        text = page.markdown()
        found = whole(replace(entry, words=text), text, page.told())
        self._read[entry.id] = (edited if _is_settled(edited, asked_at) else "", found)
        return found

    async def require_ready(self) -> None:
        """Ask for the database, unless that was done a moment ago: whoever waits asks often.

        What Notion refuses, somebody has to mend. A Notion that is silent is told with every answer
        and keeps nobody from starting: the other places still have their runbooks.
        """
        if self._checked is None or self.now() - self._checked[0] > CHECKED_FOR:
            try:
                await self.api.data_sources(self.database_id)
                self._checked = (self.now(), None)
            except UnreachableError:
                self._checked = (self.now(), None)
            except ToolFailureError as failure:
                self._checked = (self.now(), failure)
        if self._checked[1] is not None:
            raise self._checked[1]

    async def close(self) -> None:
        """Let go of the connections."""
        await self.api.close()

    async def _look(self) -> _Seen:
        entries: list[Entry] = []
        left_out: list[str] = []
        edited: dict[str, str] = {}
        for data_source in await self.api.data_sources(self.database_id):
            async for page in self.api.pages(data_source):
                if len(entries) >= MAX_PAGES:
                    left_out.append(f"{NAME}: pages beyond the first {MAX_PAGES}")
                    break
                if page.get("in_trash") or page.get("archived") or page.get("object") != "page":
                    continue
                try:
                    entry = _entry(page)
                except MalformedError as err:
                    left_out.append(f"{NAME}: {page.get('url') or page.get('id')}: {err}")
                    continue
                entries.append(entry)
                edited[entry.id] = str(page.get("last_edited_time", ""))
        self._read = {id_: item for id_, item in self._read.items() if id_ in edited}
        return _Seen(self.now(), Shelf(tuple(entries), tuple(left_out)), edited)

    def _with_words(self, shelf: Shelf) -> Shelf:
        """Return the list with the texts read so far, so that searches find their words."""
        read = {id_: found.entry.words for id_, (_, found) in self._read.items()}
        entries = (replace(entry, words=read.get(entry.id, "")) for entry in shelf.entries)
        return Shelf(tuple(entries), shelf.left_out)


def _is_settled(edited: str, asked_at: datetime) -> bool:
    """Return whether a later edit would bear a later time than the one that was told."""
    try:
        return asked_at - datetime.fromisoformat(edited) > SETTLED_AFTER
    except (ValueError, TypeError):  # no time at all, or one without a zone
        return False


def _entry(page: dict[str, Any]) -> Entry:
    found = meta(page)
    url = str(page.get("url") or "")
    return Entry(f"{NAME}:{page['id']}", NAME, found.title, url, found)


def _dated(shelf: Shelf, at: datetime, failure: ToolFailureError) -> Shelf:
    told = f"{NAME}: what changed since {at:%H:%M:%S} UTC: {failure.reason}"
    return Shelf(shelf.entries, (*shelf.left_out, told))
