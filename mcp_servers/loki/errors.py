"""`error_patterns`: what a service complains of now, and whether it did so before."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from mcp_servers.common.envelope import Answer, NoDataError
from mcp_servers.loki import complaints, levels, patterns
from mcp_servers.loki.answers import ErrorPatterns
from mcp_servers.loki.complaints import Complaint
from mcp_servers.loki.queries import Queries, Reading, at
from mcp_servers.loki.streams import Source, Streams
from mcp_servers.loki.window import Window


def error_queries(source: Source) -> tuple[str, str]:
    """Return the queries that find error lines: those labelled so, and suspicious unlabelled ones.

    No line is found by both. Labels are compared with whole values as the streams have them:
    how a regular expression treats absent labels is not the same in every version of Loki.
    """
    labels = [(levels.DETECTED, value, True) for value in levels.DETECTED_ERRORS]
    labels += [(levels.DETECTED, value, False) for value in levels.DETECTED_OTHERS]
    labels += [
        (name, value, levels.named(value) in levels.ERRORS)
        for name in levels.LEVEL_LABELS
        for value in sorted({stream.get(name, "") for stream in source.streams})
        if levels.named(value) and value.isalnum()
    ]
    labelled = " or ".join(f'{name}="{value}"' for name, value, is_error in labels if is_error)
    unlabelled = " | ".join(f'{name}!="{value}"' for name, value, _ in labels)
    return (
        f"{source.selector} | {labelled}",
        f"{source.selector} |~ `{levels.SUSPICIOUS_WORDS}` | {unlabelled}",
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
        both = Window(window.before().start, window.end)
        source = await self.streams.source_of(namespace, service, both, key)
        asked = error_queries(source)
        total, now, before = await asyncio.gather(
            self.queries.count(source.selector, window),
            self._found(asked, window, "this window"),
            self._found(asked, window.before(), "the window before"),
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
            query=source.selector,
            start=window.start,
            end=window.end,
            total_lines=total,
            error_lines=now.lines,
            error_lines_before=before.lines,
            patterns=counted,
        )
        return Answer(data, tuple(dict.fromkeys((*now.left_out, *before.left_out, *left_out))))

    async def _found(self, asked: tuple[str, ...], window: Window, name: str) -> _Found:
        readings = await asyncio.gather(*(self.queries.newest(query, window) for query in asked))
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
