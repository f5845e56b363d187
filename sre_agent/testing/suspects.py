"""What an analyzer suspects in a cluster, in the shape that a test wants to compare."""

from collections.abc import Callable, Iterable

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.faults import FaultClass

Analyze = Callable[[View], Iterable[Hypothesis]]


def suspected(cluster: Snapshot, analyze: Analyze) -> dict[tuple[FaultClass, str], float]:
    """Return by class and name of object how much the analyzer has for it."""
    found: dict[tuple[FaultClass, str], float] = {}
    for item in analyze(View(cluster)):
        key = (item.fault_class, item.object.name)
        weight = sum(finding.weight for finding in item.findings)
        found[key] = max(weight, found.get(key, 0.0))
    return found
