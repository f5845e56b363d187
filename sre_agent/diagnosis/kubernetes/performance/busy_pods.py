"""The workload that burns CPU without having more to do, whether or not its delay was measured."""

from collections.abc import Iterator, Mapping

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.performance import load, named
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.diagnosis.metrics.shifts import Shift
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry import measures

_BUSIER_FOR_WORK = 1.5
"""More requests than this excuse more CPU."""
_LEAST_REQUESTS = 0.1
"""Requests a second; so that next to none is not infinitely more than none."""


def analyze(view: View, measured: Measured) -> Iterator[Hypothesis]:
    """Propose the workload that is held back by its limit most, if its traffic did not grow."""
    known = named.workloads(view)
    busy = [
        (own[measures.CPU_THROTTLED].now, entity, own)
        for entity, own in sorted(measured.shifts.items())
        if entity in known and load.is_held_back(own) and not has_more_work(own)
    ]
    if not busy:
        return
    held, entity, own = max(busy, key=lambda item: item[:2])
    ref, used = known[entity], own[measures.CPU]
    statement = (
        f"{ref.name} uses {used.now:.3g} cores, before {used.before:.3g}, is held back for "
        f"{held:.2g} s of every second, and has no more requests than before"
    )
    suspect = Suspect(FaultClass.CPU_OVERLOAD, ref)
    weight = weights.BUSY_WITHOUT_WORK
    finding = suspect.speaks_for(
        "performance.busy_without_work", weight, statement, measured.ids(entity)
    )
    yield Hypothesis(FaultClass.CPU_OVERLOAD, ref, statement, (finding,))


def has_more_work(measured: Mapping[str, Shift]) -> bool:
    """Return whether so many more requests came that they account for more CPU."""
    return any(
        kind_of(name) is Kind.TRAFFIC and item.ratio(_LEAST_REQUESTS) >= _BUSIER_FOR_WORK
        for name, item in measured.items()
    )
