"""The usual way through the code, step by step, and where requests leave it.

The steps of a span are the statements that log within it and the spans that are made for it. A
fault in code shows as a step that never followed before: another branch, an early end. Learned from
healthy requests (after Nezha, Yu et al., ESEC/FSE 2023, who mine patterns of such events); lines and
spans are followed apart, since their clocks differ by more than a step takes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.logs.statements import statement_of
from sre_agent.diagnosis.traces.calls import Calls, Key, key
from sre_agent.domain.telemetry.lines import LogLine
from sre_agent.domain.telemetry.spans import Span

END = "the end"
Context = tuple[str, str]
"""Service and step: where a request is."""
Step = tuple[str, str, str]
"""Service, step, and the step that follows."""
RARE = 0.1
"""A step that followed more often than this in health is no sign of trouble."""
NOTEWORTHY = 3.0
"""Log-likelihood ratio above which a change of steps is more than chance."""


@dataclass(frozen=True)
class Way:
    """The steps that requests took, each with the spans they took it in."""

    taken: Mapping[Step, tuple[Key, ...]]
    passed: Mapping[Context, int]

    def likelihood(self, step: Step) -> float:
        """Return how often a step follows where it could, never quite 0 nor 1."""
        return (len(self.taken.get(step, ())) + 0.5) / (self.passed.get(step[:2], 0) + 1.0)


@dataclass(frozen=True)
class Departure:
    """A step that healthy requests hardly ever took: log-likelihood ratio, and in which spans."""

    step: Step
    ratio: float
    spans: tuple[Key, ...]
    passed: int


def build(calls: Calls, lines: Iterable[LogLine]) -> Way:
    """Return the way of requests; the order of what is given makes no difference."""
    written = defaultdict[Key, list[tuple[float, str]]](list)
    for line in lines:
        if (line.trace_id, line.span_id) in calls.spans:
            event = (line.at_s, statement_of(line.text))
            written[line.trace_id, line.span_id].append(event)
    taken = defaultdict[Step, list[Key]](list)
    for name, span in sorted(calls.spans.items()):
        for steps in (sorted(written.get(name, ())), _made(calls, span)):
            for step in _chain(span, [what for _, what in steps]):
                taken[step].append(name)
    passed = Counter[Context]()
    for step, names in taken.items():
        passed[step[:2]] += len(names)
    return Way({step: tuple(names) for step, names in taken.items()}, passed)


def departures(now: Way, healthy: Sequence[Way]) -> tuple[Departure, ...]:
    """Return the steps that became usual though they were rare in each healthy period.

    Args:
        now: the steps during the trouble.
        healthy: periods without trouble, each with a mix of requests of its own.
    """
    found = []
    for step, names in sorted(now.taken.items()):
        known = [way for way in healthy if way.passed.get(step[:2], 0)]
        before = max((way.likelihood(step) for way in known), default=1.0)
        if before > RARE and not _is_new(step, known):
            continue
        passed = now.passed[step[:2]]
        ratio = _ratio(len(names), passed, before)
        if ratio >= NOTEWORTHY:
            found.append(Departure(step, ratio, names, passed))
    return tuple(found)


def at_the_root(found: Iterable[Departure], calls: Calls) -> tuple[Departure, ...]:
    """Return the departures without those whose callee departed in the same request.

    An exception surfaces in every caller up to the door; only the deepest one left the way itself.
    """
    kept = tuple(found)
    victims = set[Key]()
    for departure in kept:
        for name in departure.spans:
            span = calls.spans[name]
            victims.update(key(up) for up in calls.above(span) if up.service != span.service)
    own = []
    for departure in kept:
        spans = tuple(name for name in departure.spans if name not in victims)
        if spans:
            share = len(spans) / len(departure.spans)
            own.append(Departure(departure.step, departure.ratio * share, spans, departure.passed))
    return tuple(own)


def _is_new(step: Step, known: Sequence[Way]) -> bool:
    """Return whether a step never followed, in a place too seldom passed for its rate to be known."""
    return bool(known) and not any(way.taken.get(step) for way in known)


def _made(calls: Calls, span: Span) -> list[tuple[float, str]]:
    return [(made.start_s, _call(calls, made, span)) for made in calls.below(span)]


def _call(calls: Calls, made: Span, parent: Span) -> str:
    where = made.service if made.service != parent.service else calls.callee(made)
    return f"call {made.operation} {where}".rstrip()


def _chain(span: Span, steps: Sequence[str]) -> Iterator[Step]:
    last = f"begin {span.operation}"
    for step in (*steps, END):
        yield span.service, last, step
        last = step


def _ratio(times: int, passed: int, before: float) -> float:
    """Return how much likelier a step's count is under its own rate than under that before."""
    rate = (times + 0.5) / (passed + 1.0)
    if rate <= before:
        return 0.0
    missed = passed - times
    return times * math.log(rate / before) + missed * math.log((1.0 - rate) / (1.0 - before))
