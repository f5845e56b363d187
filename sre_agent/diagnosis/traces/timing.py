"""Where the time of requests goes: each moment belongs to the deepest span then under way.

A span that waits for another one adds nothing of its own, whether the tracer hung the other below
it or beside it. What a call takes beyond its callee's own span is spent between the two services.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
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


def own_seconds(spans: Sequence[Span], depths: Mapping[Key, int]) -> Mapping[Key, float]:
    """Return the seconds of one trace by the span that they belong to."""
    own = {key(span): 0.0 for span in spans}
    waiting = sorted(
        ((span.start_s, -depths[key(span)], span.end_s, key(span)) for span in spans), reverse=True
    )
    moments = sorted({at for start, _, end, _ in waiting for at in (start, end)})
    active = list[tuple[int, float, float, Key]]()
    for begin, stop in pairwise(moments):
        while waiting and waiting[-1][0] <= begin:
            start, height, end, name = waiting.pop()
            heappush(active, (height, -start, end, name))
        while active and active[0][2] <= begin:
            heappop(active)
        if active:
            own[active[0][3]] += stop - begin
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
