"""Calls that nobody answers: the caller's span is there and the callee's is missing."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sre_agent.diagnosis.traces.calls import Calls, Key, key
from sre_agent.domain.telemetry.spans import Span

Position = tuple[str, str, str, int]
"""Service, the operation it is busy with, the kind of call, and the how many-th of its kind."""
CERTAINTY = 0.9
"""So often a call at this position went to the same callee."""


def usual_callees(calls: Calls) -> Mapping[Position, str]:
    """Return to whom the call at each position nearly always goes."""
    seen = defaultdict[Position, Counter[str]](Counter)
    for position, span in _positions(calls):
        seen[position][calls.callee(span)] += 1
    found = {}
    for position, counts in sorted(seen.items()):
        callee, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        if callee and times >= CERTAINTY * counts.total():
            found[position] = callee
    return found


def find(calls: Calls, usual: Mapping[Position, str]) -> Mapping[Key, str]:
    """Return the calls without an answer, and whom they were made to as far as one can tell."""
    return {
        key(span): usual[position]
        for position, span in _positions(calls)
        if position in usual and not calls.below(span)
    }


def asked(calls: Calls, usual: Mapping[Position, str]) -> Mapping[str, int]:
    """Return how many calls were made to each service, answered or not."""
    return Counter(usual[position] for position, _ in _positions(calls) if position in usual)


def _positions(calls: Calls) -> Iterator[tuple[Position, Span]]:
    for parent in calls.spans.values():
        ordinals = Counter[str]()
        for span in calls.below(parent):
            if span.service == parent.service:
                yield (
                    (parent.service, parent.operation, span.operation, ordinals[span.operation]),
                    span,
                )
                ordinals[span.operation] += 1
