"""What the analyzers from admission to configuration make of a cluster that a test builds."""

from typing import Any

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes import admission, config, images, nodes, scheduling, storage
from sre_agent.diagnosis.kubernetes.merging import merge
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.testing import cluster

_LAYERS = (admission, scheduling, nodes, storage, images, config)

Found = dict[tuple[FaultClass, str], Hypothesis]


def judged(*objects: Any, **options: Any) -> Found:
    """Return the hypotheses by class and object; names are unique, so order says nothing."""
    view = View(cluster.snapshot(*objects, **options))
    found = merge(
        item for layer in _LAYERS for analyze in layer.ANALYZERS for item in analyze(view)
    )
    return {(item.fault_class, str(item.object)): item for item in found}


def support(item: Hypothesis) -> float:
    """Return how much speaks for a hypothesis."""
    return sum(finding.weight for finding in item.findings)


def top(found: Found) -> tuple[FaultClass, str]:
    """Return what most speaks for; it must be one."""
    best = max(support(item) for item in found.values())
    (key,) = [key for key, item in found.items() if support(item) == best]
    return key
