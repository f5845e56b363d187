"""How fast a service burns its error budget: while a repair is chosen, and in the report at its worst."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.metrics import budgets, columns
from sre_agent.diagnosis.metrics.budgets import Budget
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.metrics import GoldenSignals
from sre_agent.domain.slo import Objective, SloKind

FAST = budgets.WINDOWS[0].rate
"""So many times faster than allowed, a month's budget is gone in two days: that wakes people."""
OBJECTIVE = 0.999
"""What counts where nobody told what was promised: three nines are what most promise at least."""


def sentence(
    evidence: Iterable[Evidence], service: str, objectives: Iterable[Objective] = ()
) -> str | None:
    """Return how fast a service burnt its budget at the worst look, or None if not too fast.

    Args:
        evidence: what was seen.
        service: whose budget.
        objectives: what it promised; of several the strictest about failures counts.
    """
    promised, kept = _strictest(objectives)
    worst = max((found.now for found in _looks(evidence, service, kept)), default=0.0)
    if worst <= 1.0:
        return None
    period_s = promised.window_s if promised else budgets.PERIOD_S
    lasts = say(timedelta(seconds=period_s / worst))
    failed = f"At its worst {worst * (1.0 - kept):.1%} of its requests failed within five minutes"
    if promised is None:
        return (
            f"{failed}: {worst:.0f} times what an objective of {kept:.1%} allows, at which a "
            f"month's error budget lasts {lasts}"
        )
    return (
        f"{failed}: {worst:.0f} times what its objective {promised.id} ({promised.says()}) allows, "
        f"at which a whole error budget lasts {lasts}"
    )


def rate(seen: Iterable[GoldenSignals], objectives: Iterable[Objective] = ()) -> float:
    """Return how many times faster than allowed the worst of some services burns its budget now."""
    _, kept = _strictest(objectives)
    found = (_budget(signals, kept) for signals in seen)
    return max((budget.now for budget in found if budget), default=0.0)


def _strictest(objectives: Iterable[Objective]) -> tuple[Objective | None, float]:
    """Return the objective that counts, if any was promised, and the share that has to succeed."""
    promised = min(filter(_is_about_failures, objectives), key=_strictness, default=None)
    return promised, 1.0 - promised.allowed if promised else OBJECTIVE


def _is_about_failures(objective: Objective) -> bool:
    return objective.kind is not SloKind.LATENCY


def _strictness(objective: Objective) -> tuple[float, str]:
    return objective.allowed, objective.id


def _looks(evidence: Iterable[Evidence], service: str, objective: float) -> Iterator[Budget]:
    for item in evidence:
        signals = observations.read(item, GoldenSignals)
        if signals is None or signals.service != service:
            continue
        found = _budget(signals, objective)
        if found:
            yield found


def _budget(signals: GoldenSignals, objective: float) -> Budget | None:
    name = signals.service
    table = columns.table([(name, signals)])
    if not len(table.times):
        return None
    errors, traffic = table.select([(name, Kind.ERRORS.value), (name, Kind.TRAFFIC.value)]).values.T
    return budgets.budget(table.times, errors, traffic, objective)
