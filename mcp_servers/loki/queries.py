"""The questions put to Loki, each with its bounds."""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mcp_servers.common.envelope import RefusedError
from mcp_servers.loki import results
from mcp_servers.loki.api import Api, Json
from mcp_servers.loki.results import Entry, Samples
from mcp_servers.loki.window import MICROSECOND, Window, to_ns

Direction = Literal["backward", "forward"]

MAX_LINES = 5000
"""The most lines one query reads: what Loki allows unless it was configured otherwise."""

MAX_PAGES = 3
PAGING_S = 5.0
"""After how many seconds no further page is asked for."""

_ENTRIES_EXCEEDED = re.compile(r"max entries limit per query exceeded.*\(\d+ > (\d+)\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines read, in the order asked for; when `full`, a limit may have kept more back."""

    entries: list[Entry]
    full: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queries:
    """What can be asked of Loki."""

    api: Api

    async def lines(
        self, query: str, window: Window, limit: int, direction: Direction = "backward"
    ) -> Reading:
        """Read lines, fewer than `limit` where this Loki allows fewer in one query."""
        try:
            answer = await self._lines(query, window, limit, direction)
        except RefusedError as refusal:
            allowed = _ENTRIES_EXCEEDED.search(refusal.reason)
            if allowed is None or not 0 < int(allowed[1]) < limit:
                raise
            limit = int(allowed[1])
            answer = await self._lines(query, window, limit, direction)
        entries = results.entries(answer)
        entries.sort(key=lambda entry: entry.at_ns, reverse=direction == "backward")
        return Reading(entries, len(entries) >= limit, results.warnings(answer))

    async def newest(self, query: str, window: Window) -> Reading:
        """Read the newest lines of a window, page by page, up to `MAX_PAGES` of them.

        Two lines of the same microsecond are never torn apart: the next page reads them again.
        """
        stop_s = time.monotonic() + PAGING_S
        read: list[Entry] = []
        warnings: tuple[str, ...] = ()
        for _ in range(MAX_PAGES):
            page = await self.lines(query, window, MAX_LINES)
            warnings += page.warnings
            oldest = page.entries[-1].at if page.full else window.start
            newer = [entry for entry in page.entries if entry.at > oldest]
            if not page.full or not newer:
                read += page.entries
                return Reading(read, page.full, warnings)
            read += newer
            window = Window(window.start, oldest + MICROSECOND)
            if time.monotonic() > stop_s:
                break
        return Reading(read, full=True, warnings=warnings)

    async def series(
        self, query: str, window: Window, step_s: float
    ) -> tuple[list[Samples], tuple[str, ...]]:
        """Return the series of a metric query, and Loki's warnings."""
        params = {"query": query, **_bounds(window), "step": f"{step_s:.3f}"}
        answer = await self.api.get("query_range", params)
        return results.samples(answer), results.warnings(answer)

    async def count(self, query: str, window: Window) -> int:
        """Return how many lines a log query has in a window."""
        seconds = max(1, round(window.seconds))
        counting = f"sum(count_over_time({query} [{seconds}s]))"
        answer = await self.api.get("query", {"query": counting, "time": str(to_ns(window.end))})
        return results.count(answer)

    async def label_names(self, window: Window) -> list[str]:
        """Return the labels that streams carry in a window."""
        return results.strings(await self.api.get("labels", _bounds(window)))

    async def label_values(self, label: str, window: Window) -> list[str]:
        """Return the values of a label, whose name must have been checked."""
        return results.strings(await self.api.get(f"label/{label}/values", _bounds(window)))

    async def label_sets(self, selector: str, window: Window) -> list[dict[str, str]]:
        """Return the labels of every stream that a selector finds."""
        params = {"match[]": selector, **_bounds(window)}
        return results.label_sets(await self.api.get("series", params))

    async def _lines(self, query: str, window: Window, limit: int, direction: Direction) -> Json:
        params = {
            "query": query,
            **_bounds(window),
            "limit": str(limit),
            "direction": direction,
        }
        return await self.api.get("query_range", params)


def _bounds(window: Window) -> dict[str, str]:
    return {"start": str(to_ns(window.start)), "end": str(to_ns(window.end))}


def at(moment: datetime) -> str:
    """Return a moment as it is written in sentences for people."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
