"""Spans in memory, by trace; the oldest traces go when there are too many or they are too old."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Tags = tuple[tuple[str, str | int | bool], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it is told; times in microseconds since the epoch."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    operation: str
    start_us: int
    duration_us: int
    tags: Tags
    process_tags: Tags
    logs: tuple[tuple[int, Tags], ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Which traces are wanted: those with one span that is all of this."""

    service: str
    start_us: int
    end_us: int
    limit: int
    operation: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    min_us: int = 0
    max_us: int = sys.maxsize

    def takes(self, span: Span) -> bool:
        """Return whether a span is what is looked for."""
        told = {key: _spelled(value) for key, value in (*span.process_tags, *span.tags)}
        return (
            span.service == self.service
            and self.start_us <= span.start_us <= self.end_us
            and self.operation in ("", span.operation)
            and self.min_us <= span.duration_us <= self.max_us
            and all(told.get(key) == value for key, value in self.tags.items())
        )


class Store:
    """The traces that there are."""

    def __init__(self, max_spans: int, retention_s: float) -> None:
        """Take how many spans are kept, and for how long."""
        self._max_spans, self._retention_us = max_spans, int(retention_s * 1e6)
        self._traces: dict[str, list[Span]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return how many spans there are."""
        return self._count

    def add(self, span: Span) -> None:
        """Take a span; the trace that was first heard of longest ago makes room for it."""
        self._traces.setdefault(span.trace_id, []).append(span)
        self._count += 1
        while self._count > self._max_spans or self._is_over(span.start_us):
            self._count -= len(self._traces.pop(next(iter(self._traces))))

    def trace(self, trace_id: str) -> tuple[Span, ...]:
        """Return the spans of a trace, none where there is no such."""
        return tuple(self._traces.get(trace_id, ()))

    def services(self) -> list[str]:
        """Return the names of all services."""
        return sorted({span.service for spans in self._traces.values() for span in spans})

    def operations(self, service: str) -> list[str]:
        """Return what a service does."""
        return sorted({span.operation for span in self._all() if span.service == service})

    def find(self, wanted: Search) -> list[tuple[Span, ...]]:
        """Return whole traces, the newest first."""
        found = [
            tuple(spans)
            for spans in self._traces.values()
            if any(wanted.takes(span) for span in spans)
        ]
        found.sort(key=lambda spans: -min(span.start_us for span in spans))
        return found[: wanted.limit]

    def _is_over(self, now_us: int) -> bool:
        oldest = next(iter(self._traces.values()))
        return max(span.start_us for span in oldest) < now_us - self._retention_us

    def _all(self) -> Iterator[Span]:
        for spans in self._traces.values():
            yield from spans


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
