"""The trees that spans make, and the calls between services that they show."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sre_agent.domain.telemetry.spans import Span

Key = tuple[str, str]
"""Trace and span."""


def key(span: Span) -> Key:
    """Return what names a span among all."""
    return span.trace_id, span.span_id


@dataclass(frozen=True)
class Calls:
    """Spans with their parents and children; a span whose parent is missing is a root of its own."""

    spans: Mapping[Key, Span]
    children: Mapping[Key, tuple[Span, ...]]
    depths: Mapping[Key, int]

    def parent(self, span: Span) -> Span | None:
        """Return the span it was made for, or None."""
        found = self.spans.get((span.trace_id, span.parent_id))
        return None if found is span else found

    def below(self, span: Span) -> tuple[Span, ...]:
        """Return the spans made directly for this one, in the order they began."""
        return self.children.get(key(span), ())

    def above(self, span: Span) -> Iterator[Span]:
        """Yield the spans it was made for, the nearest first."""
        seen = {key(span)}
        parent = self.parent(span)
        while parent is not None and key(parent) not in seen:
            yield parent
            seen.add(key(parent))
            parent = self.parent(parent)

    def callee(self, span: Span) -> str:
        """Return the other service that a span waits for, empty where it waits for none."""
        return next(
            (other.service for other in self.below(span) if other.service != span.service), ""
        )

    def traces(self) -> Mapping[str, tuple[Span, ...]]:
        """Return the spans of each trace, both in the order of their names."""
        found = defaultdict[str, list[Span]](list)
        for (trace, _), span in self.spans.items():
            found[trace].append(span)
        return {trace: tuple(found[trace]) for trace in sorted(found)}


def build(spans: Iterable[Span]) -> Calls:
    """Return the trees of spans; the order in which they are given makes no difference."""
    ordered = sorted(spans, key=lambda span: (span.trace_id, span.start_s, span.span_id))
    known = {key(span): span for span in ordered}
    children = defaultdict[Key, list[Span]](list)
    for span in known.values():
        if span.parent_id and span.parent_id != span.span_id:
            children[span.trace_id, span.parent_id].append(span)
    return Calls(known, {name: tuple(made) for name, made in children.items()}, _depths(known))


def _depths(known: Mapping[Key, Span]) -> Mapping[Key, int]:
    """Return how many spans each stands below; a circle ends where it was entered."""
    depths = dict[Key, int]()
    for name in known:
        path = dict[Key, None]()
        step = name
        while step in known and step not in depths and step not in path:
            path[step] = None
            step = (step[0], known[step].parent_id)
        depth = depths.get(step, -1)
        for passed in reversed(path):
            depth += 1
            depths[passed] = depth
    return depths


def dependencies(calls: Calls) -> Mapping[str, tuple[str, ...]]:
    """Return for each service that calls others the services it calls, in order of their names."""
    found = defaultdict[str, set[str]](set)
    for span in calls.spans.values():
        parent = calls.parent(span)
        if parent is not None and parent.service != span.service:
            found[parent.service].add(span.service)
    return {caller: tuple(sorted(found[caller])) for caller in sorted(found)}
