"""The usual way through the code, step by step, and where requests leave it.

The steps of a span are the statements that log within it and the spans that are made for it. A
fault in code shows as a step that never followed before: another branch, an early end. Learned from
healthy requests (after Nezha, Yu et al., ESEC/FSE 2023, who mine patterns of such events); lines and
spans are followed apart, since their clocks differ by more than a step takes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.logs.statements import statement_of
from sre_agent.diagnosis.traces import likelihood
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

    def times(self, step: Step) -> int:
        """Return how often a step was taken."""
        return len(self.taken.get(step, ()))

    def chances(self, step: Step) -> int:
        """Return how often it could have been taken."""
        return self.passed.get(step[:2], 0)


@dataclass(frozen=True)
class Departure:
    """A step that healthy requests hardly ever took: log-likelihood ratio, and in which spans."""

    step: Step
    ratio: float
    spans: tuple[Key, ...]
    passed: int


def build(calls: Calls, lines: Iterable[LogLine], silent: Mapping[Key, str]) -> Way:
    """Return the way of requests; the order of what is given makes no difference.

    Args:
        calls: the trees of spans.
        lines: what was written; lines of no span are passed over.
        silent: whom a call was made to that nobody answers, by the call: it is a step like others.
    """
    written = defaultdict[Key, list[tuple[float, str]]](list)
    for line in lines:
        if (line.trace_id, line.span_id) in calls.spans:
            event = (line.at_s, statement_of(line.text))
            written[line.trace_id, line.span_id].append(event)
    taken = defaultdict[Step, list[Key]](list)
    for name, span in sorted(calls.spans.items()):
        for steps in (sorted(written.get(name, ())), _made(calls, span, silent)):
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
        known = [way for way in healthy if way.chances(step)]
        before = _rate_before(step, known)
        if before > RARE and not _is_new(step, known):
            continue
        passed = now.passed[step[:2]]
        ratio = likelihood.ratio(len(names), passed, before)
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


def _rate_before(step: Step, known: Sequence[Way]) -> float:
    """Return how often a step was taken in health: over all, or in the period that took it most."""
    if not known:
        return 1.0
    over_all = likelihood.rate(
        sum(way.times(step) for way in known), sum(way.chances(step) for way in known)
    )
    return max(over_all, *(way.times(step) / (way.chances(step) + 1.0) for way in known))


def _is_new(step: Step, known: Sequence[Way]) -> bool:
    """Return whether a step never followed, in a place too seldom passed for its rate to be known."""
    return bool(known) and not any(way.times(step) for way in known)


def _made(calls: Calls, span: Span, silent: Mapping[Key, str]) -> list[tuple[float, str]]:
    found = []
    for made in calls.below(span):
        is_own = made.service == span.service
        where = calls.callee(made) or silent.get(key(made), "") if is_own else made.service
        found.append((made.start_s, f"call {made.operation} {where}".rstrip()))
    return found


def _chain(span: Span, steps: Sequence[str]) -> Iterator[Step]:
    last = f"begin {span.operation}"
    for step in (*steps, END):
        yield span.service, last, step
        last = step
