"""Which service is the culprit: from steps that were left, time that is lost, and resources.

Each channel counts how far a service stands out from what the others show at the same time, so that
a channel in which nobody stands out decides nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.diagnosis.traces import calls as trees
from sre_agent.diagnosis.traces import failures, likelihood, orphans, resources, steps, timing
from sre_agent.diagnosis.traces.calls import Calls, Key
from sre_agent.diagnosis.traces.resources import Rise
from sre_agent.diagnosis.traces.steps import Departure, Way
from sre_agent.diagnosis.traces.timing import Excess
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry.lines import LogLine
from sre_agent.domain.telemetry.spans import Span
from sre_agent.domain.telemetry.tables import MetricTable

LOST_SECONDS = 0.5
"""Seconds lost by all requests together below which nobody would notice."""
BEGUN_FAILURES = 6.0
"""Log-likelihood ratio of failed requests that chance reaches now and then."""
LEFT_STEPS = 6.0
"""Log-likelihood ratio of left steps that chance reaches now and then."""
RISEN_POINTS = 15.0
"""Percentage points of a resource that a busy minute explains."""

CROWD = 0.9
"""A service stands out from what this share of the others stay below: a load that rose slows many."""

NOBODY = 0.3
"""The score that somebody reaches while all is well."""
SHARPNESS = 5.0
"""How many times (as a power of e) likelier a score is that is higher by one."""


@dataclass(frozen=True)
class Period:
    """What was traced and logged in one stretch of time."""

    spans: Sequence[Span]
    lines: Sequence[LogLine] = ()


@dataclass(frozen=True)
class Blame:
    """A service that may be the culprit. `score` is above zero; `reasons` are for people."""

    service: str
    score: float
    fault_class: FaultClass
    reasons: tuple[str, ...]


@dataclass
class _Charges:
    """What is held against each service, by channel."""

    amounts: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    classes: dict[str, FaultClass] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))

    def add(self, service: str, amount: float, fault: FaultClass, reason: str) -> None:
        """Hold an amount against a service."""
        self.amounts[service] += amount
        self.classes.setdefault(service, fault)
        self.reasons[service].append(reason)


class Healthy:
    """What requests did and took while all was well; learned once, used for many questions."""

    def __init__(self, periods: Iterable[Period]) -> None:
        """Learn from periods without trouble."""
        kept = [period for period in periods if period.spans]
        together = trees.build(span for period in kept for span in period.spans)
        self.usual_callees = orphans.usual_callees(together)
        self.silent = orphans.find(together, self.usual_callees)
        self.asked = orphans.asked(together, self.usual_callees)
        self.failures = failures.count(together, self.silent)
        self.times = timing.measure(together, self.silent)
        self.ways = tuple(
            steps.build(trees.build(period.spans), period.lines, self.silent) for period in kept
        )


def rank(now: Period, healthy: Healthy, table: MetricTable | None = None) -> tuple[Blame, ...]:
    """Return the services that something is held against, the likeliest culprit first.

    Args:
        now: the period of the trouble.
        healthy: what was learned before.
        table: the resources that the services' instances use, over a longer time.
    """
    forest = trees.build(now.spans)
    silent = orphans.find(forest, healthy.usual_callees)
    charges = [
        (_charge_steps(forest, steps.build(forest, now.lines, silent), healthy), LEFT_STEPS),
        (_charge_silence(forest, silent, healthy), LEFT_STEPS),
        (_charge_failures(failures.count(forest, silent), healthy), BEGUN_FAILURES),
        (_charge_times(timing.measure(forest, silent), healthy), LOST_SECONDS),
        (_charge_resources(now, table), RISEN_POINTS),
    ]
    found = []
    for service in sorted({name for charged, _ in charges for name in charged.amounts}):
        parts = [(_part(charged, service, noise), charged) for charged, noise in charges]
        _, main = max(parts, key=lambda part: part[0])
        reasons = tuple(
            reason for _, charged in parts for reason in charged.reasons.get(service, ())[:3]
        )
        found.append(Blame(service, sum(part for part, _ in parts), main.classes[service], reasons))
    return tuple(sorted(found, key=lambda blame: (-blame.score, blame.service)))


def confidence(found: Sequence[Blame]) -> float:
    """Return the probability that the first is the culprit: it beats the others, and nobody at all."""
    if not found:
        return 0.0
    rivals = [*(blame.score for blame in found[1:]), NOBODY]
    return 1.0 / (1.0 + sum(math.exp(SHARPNESS * (rival - found[0].score)) for rival in rivals))


def _part(charged: _Charges, service: str, noise: float) -> float:
    """Return what one channel adds: the logarithm of how far a service stands out of the others."""
    amount = charged.amounts.get(service, 0.0)
    others = sorted(value for name, value in charged.amounts.items() if name != service)
    crowd = others[int(CROWD * len(others))] if others else 0.0
    return math.log1p(amount / (noise + crowd))


def _charge_silence(forest: Calls, silent: Mapping[Key, str], healthy: Healthy) -> _Charges:
    """Charge those who answer no more: they leave neither span nor line."""
    charges = _Charges()
    asked, before = orphans.asked(forest, healthy.usual_callees), Counter(healthy.silent.values())
    for callee, times in sorted(Counter(silent.values()).items()):
        usual = likelihood.rate(before[callee], healthy.asked[callee])
        ratio = likelihood.ratio(times, asked[callee], usual)
        if ratio >= steps.NOTEWORTHY:
            reason = f"{callee} leaves {times} of {asked[callee]} calls without an answer"
            charges.add(callee, ratio, FaultClass.UNHEALTHY_POD, reason)
    return charges


def _charge_failures(now: failures.Failures, healthy: Healthy) -> _Charges:
    """Charge those at whom requests begin to fail."""
    charges = _Charges()
    for rise in failures.rises(now, healthy.failures):
        said = f": {rise.message}" if rise.message else ""
        reason = f"{rise.failed} of {rise.asked} requests fail at {rise.service}{said}"
        charges.add(rise.service, rise.ratio, FaultClass.APPLICATION_ERROR, reason)
    return charges


def _charge_steps(forest: Calls, now: Way, healthy: Healthy) -> _Charges:
    charges = _Charges()
    found = steps.at_the_root(steps.departures(now, healthy.ways), forest)
    strongest: dict[str, Departure] = {}
    for departure in found:
        service = departure.step[0]
        if service not in strongest or departure.ratio > strongest[service].ratio:
            strongest[service] = departure
    for service, departure in sorted(strongest.items()):
        _, where, then = departure.step
        reason = (
            f"after {where!r} follows {then!r} in {len(departure.spans)} of {departure.passed} "
            "requests, which it hardly ever did"
        )
        charges.add(service, departure.ratio, FaultClass.APPLICATION_ERROR, reason)
    return charges


def _charge_times(now: timing.Times, healthy: Healthy) -> _Charges:
    found = timing.excesses(now, healthy.times)
    slow_out, slow_in = _slow_shares(now, found, _caller), _slow_shares(now, found, _callee)
    charges = _Charges()
    for excess in sorted(found, key=lambda item: (-item.seconds, item.place)):
        service, operation, callee = excess.place
        reason = f"{operation} of {service} takes {_longer(excess.seconds)} more in all"
        if not callee:
            charges.add(
                service, excess.seconds * excess.share, FaultClass.LATENCY_REGRESSION, reason
            )
            continue
        reason = (
            f"calls of {service} to {callee} take {_longer(excess.seconds)} more in all on the way"
        )
        fault = FaultClass.POD_NETWORK_DELAY
        charges.add(callee, excess.seconds * slow_in[callee], fault, reason)
        charges.add(service, excess.seconds * slow_out[service], fault, reason)
    return charges


def _longer(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1.0 else f"{1000.0 * seconds:.0f} ms"


def _caller(place: timing.Place) -> str:
    return place[0] if place[2] else ""


def _callee(place: timing.Place) -> str:
    return place[2]


def _slow_shares(
    now: timing.Times, found: Iterable[Excess], side: Callable[[timing.Place], str]
) -> Mapping[str, float]:
    """Return the share of all calls at one side of the wire, weighed by what they lost."""
    slow, all_ = defaultdict[str, float](float), defaultdict[str, float](float)
    lost = {excess.place: excess.share for excess in found}
    for place, took in now.items():
        all_[side(place)] += len(took)
        slow[side(place)] += len(took) * lost.get(place, 0.0)
    return {name: slow[name] / total for name, total in all_.items()}


def _charge_resources(now: Period, table: MetricTable | None) -> _Charges:
    charges = _Charges()
    if table is None or not now.spans:
        return charges
    start, end = min(span.start_s for span in now.spans), max(span.end_s for span in now.spans)
    strongest: dict[str, Rise] = {}
    for rise in resources.rises(table, start, end + table.step_s):
        if rise.entity not in strongest or rise.points > strongest[rise.entity].points:
            strongest[rise.entity] = rise
    for entity, rise in sorted(strongest.items()):
        reason = f"{rise.metric} rises from {rise.before:.0f} to {rise.now:.0f} %"
        charges.add(entity, rise.points, rise.fault_class, reason)
    return charges
