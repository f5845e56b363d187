"""What an incident cost in terms of reliability: how fast the service burnt its error budget."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.metrics import budgets, columns
from sre_agent.diagnosis.metrics.budgets import Budget
from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.metrics import GoldenSignals

OBJECTIVE = 0.999
"""Nobody told the platform what was promised; three nines are what most promise at least."""


def sentence(evidence: Iterable[Evidence], service: str) -> str | None:
    """Return how fast a service burnt its budget at the worst look, or None if not too fast."""
    worst = max((found.now for found in _looks(evidence, service)), default=0.0)
    if worst <= 1.0:
        return None
    lasts = say(timedelta(seconds=budgets.PERIOD_S / worst))
    return (
        f"At its worst {worst * (1.0 - OBJECTIVE):.1%} of its requests failed within five minutes: "
        f"{worst:.0f} times what an objective of {OBJECTIVE:.1%} allows, at which a month's error "
        f"budget lasts {lasts}"
    )


def _looks(evidence: Iterable[Evidence], service: str) -> Iterator[Budget]:
    for item in evidence:
        signals = observations.read(item, GoldenSignals)
        if signals is None or signals.service != service:
            continue
        table = columns.table([(service, signals)])
        if not len(table.times):
            continue
        names = [(service, Kind.ERRORS.value), (service, Kind.TRAFFIC.value)]
        errors, traffic = table.select(names).values.T
        found = budgets.budget(table.times, errors, traffic, OBJECTIVE)
        if found:
            yield found
