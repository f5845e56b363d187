"""Where the time of requests goes: each moment belongs to the deepest span then under way.

A span that waits for another one adds nothing of its own, whether the tracer hung the other below
it or beside it. What a call takes beyond its callee's own span is spent between the two services.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sre_agent.diagnosis.traces.calls import Calls, Key, key
from sre_agent.domain.telemetry.spans import Span

Place = tuple[str, str, str]
"""Service, operation, and the service that is waited for (empty: nobody)."""
Times = Mapping[Place, Sequence[float]]
"""Seconds that each passage took, by place."""
USUAL_QUANTILE = 0.9
"""Up to what most passages took before, nothing is out of the ordinary."""
LEAST_S = 0.001
"""Seconds; clocks are not finer than this."""
STRAGGLERS = 2.0
"""Some passages always take much longer; so many times as much of that is no trouble."""
FEW = 3
"""With fewer passages before, what was usual is not known."""


@dataclass(frozen=True)
class Excess:
    """What passages took longer than they used to: seconds in all, and the share of them it befell."""

    place: Place
    seconds: float
    share: float
    passages: int


def measure(calls: Calls, orphans: Mapping[Key, str]) -> Times:
    """Return what each place took.

    Args:
        calls: the trees of spans.
        orphans: whom a call was made to that no span of the callee answers, by the call.
    """
    found = defaultdict[Place, list[float]](list)
    for spans in calls.traces().values():
        own = own_seconds(spans, calls.depths)
        for span in spans:
            callee = calls.callee(span) or orphans.get(key(span), "")
            found[span.service, span.operation, callee].append(own[key(span)])
    return found


def own_seconds(spans: Iterable[Span], depths: Mapping[Key, int]) -> Mapping[Key, float]:
    """Return the seconds of one trace by the span that they belong to."""
    own = {key(span): 0.0 for span in spans}
    ordered = sorted(spans, key=lambda span: (span.start_s, span.span_id))
    moments = sorted({at for span in ordered for at in (span.start_s, span.end_s)})
    waiting, active = list(reversed(ordered)), list[Span]()
    for start, end in pairwise(moments):
        while waiting and waiting[-1].start_s <= start:
            active.append(waiting.pop())
        active = [span for span in active if span.end_s > start]
        if active:
            own[key(max(active, key=lambda span: (depths[key(span)], span.start_s)))] += end - start
    return own


def excesses(now: Times, before: Times) -> tuple[Excess, ...]:
    """Return what takes longer than before, by place; unknown places tell nothing."""
    found = []
    for place in sorted(now):
        known = sorted(before.get(place, ()))
        if len(known) < FEW:
            continue
        usual = known[int(USUAL_QUANTILE * (len(known) - 1))]
        over = [took - usual for took in now[place] if took > usual + LEAST_S]
        stragglers = sum(took - usual for took in known if took > usual) / len(known)
        seconds = sum(over) - STRAGGLERS * stragglers * len(now[place])
        if seconds > 0.0:
            found.append(Excess(place, seconds, len(over) / len(now[place]), len(now[place])))
    return tuple(found)
