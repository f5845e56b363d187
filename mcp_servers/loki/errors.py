"""`error_patterns`: what a service complains of now, and whether it did so before."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from mcp_servers.common.envelope import Answer, NoDataError
from mcp_servers.loki import complaints, levels, patterns
from mcp_servers.loki.answers import ErrorPatterns
from mcp_servers.loki.complaints import Complaint
from mcp_servers.loki.queries import MAX_LINES, Queries, Reading, at
from mcp_servers.loki.streams import Streams
from mcp_servers.loki.window import Window


def error_queries(selector: str) -> tuple[str, str]:
    """Return the queries that find error lines: those labelled so, and suspicious unlabelled ones.

    No line is found by both.
    """
    labelled = " or ".join(f'{name}=~"{levels.ERROR_LABELS}"' for name in levels.LEVEL_LABELS)
    unlabelled = " | ".join(f'{name}=~"|unknown"' for name in levels.LEVEL_LABELS)
    return (
        f"{selector} | {labelled}",
        f"{selector} |~ `{levels.SUSPICIOUS_WORDS}` | {unlabelled}",
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The error lines of one window."""

    complaints: list[Complaint]
    unread: int
    left_out: tuple[str, ...]

    @property
    def lines(self) -> int:
        """Return how many error lines there are, read or not."""
        return len(self.complaints) + self.unread


@dataclass(frozen=True, slots=True)
class ErrorSearch:
    """Reads the error lines of services."""

    queries: Queries
    streams: Streams

    async def patterns(self, namespace: str, service: str, window: Window, key: str) -> Answer:
        """Return the error patterns of a service in a window.

        Raises:
            NoDataError: The service wrote nothing at all in the window.
        """
        selector = await self.streams.selector_of(namespace, service, window, key)
        total, now, before = await asyncio.gather(
            self.queries.count(selector, window),
            self._found(selector, window, "this window"),
            self._found(selector, window.before(), "the window before"),
        )
        # The line count and the lines are read one after the other, and lines keep coming.
        total = max(total, now.lines)
        if total == 0:
            raise NoDataError(
                f"{service} wrote no log line from {at(window.start)} to {at(window.end)}"
            )
        counted, left_out = patterns.count(now.complaints, before.complaints)
        data = ErrorPatterns(
            namespace=namespace,
            service=service,
            query=selector,
            start=window.start,
            end=window.end,
            total_lines=total,
            error_lines=now.lines,
            error_lines_before=before.lines,
            patterns=counted,
        )
        return Answer(data, tuple(dict.fromkeys((*now.left_out, *before.left_out, *left_out))))

    async def _found(self, selector: str, window: Window, name: str) -> _Found:
        asked = error_queries(selector)
        readings = await asyncio.gather(
            *(self.queries.lines(query, window, MAX_LINES) for query in asked)
        )
        unread = await asyncio.gather(
            *(
                self._unread(query, window, reading)
                for query, reading in zip(asked, readings, strict=True)
            )
        )
        return _Found(
            complaints.of(entry for reading in readings for entry in reversed(reading.entries)),
            sum(unread),
            tuple(_left_out(readings, unread, name)),
        )

    async def _unread(self, query: str, window: Window, reading: Reading) -> int:
        """Return how many lines the limit kept back."""
        if not reading.full:
            return 0
        return max(0, await self.queries.count(query, window) - len(reading.entries))


def _left_out(readings: Iterable[Reading], unread: Iterable[int], name: str) -> Iterable[str]:
    for reading, missing in zip(readings, unread, strict=True):
        yield from reading.warnings
        if missing:
            yield (
                f"only the newest {len(reading.entries)} of {len(reading.entries) + missing}"
                f" error lines of {name} were read (since {at(reading.entries[-1].at)});"
                " the counts of its patterns are of those"
            )
