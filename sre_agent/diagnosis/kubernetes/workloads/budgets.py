"""Disruption budgets that hold up maintenance, or guard nobody."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.workloads import DisruptionBudget
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_REFUSED = "disruption budget"


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect budgets that no eviction can satisfy though all is healthy, and those without pods."""
    for item in view.snapshot.disruption_budgets:
        guarded = _guarded(view, item)
        if not guarded:
            yield from _selects_nothing(view, item)
        elif _can_never_give(item):
            refused = _refusals(view, guarded)
            yield cause(
                Suspect(FaultClass.DISRUPTION_BUDGET_BLOCKS, guarded[0]),
                "budget.blocks",
                weights.CONTRADICTION if refused else weights.POSTURE,
                f"budget {item.meta.ref.name} lets none of {item.expected} healthy pods go "
                f"({_bound(item)})",
                [item.meta.source, *refused],
                budget=item.meta.ref.name,
            )


def _bound(item: DisruptionBudget) -> str:
    if item.max_unavailable:
        return f"maxUnavailable {item.max_unavailable}"
    return f"minAvailable {item.min_available}"


def _can_never_give(item: DisruptionBudget) -> bool:
    """Return whether the budget allows nothing while every pod is healthy."""
    return item.allowed == 0 and 0 < item.expected <= item.healthy


def _guarded(view: View, item: DisruptionBudget) -> list[ObjectRef]:
    namespace = item.meta.ref.namespace
    return [
        ref
        for ref, found in view.workloads.items()
        if ref.namespace == namespace and item.selector.matches(found.template_labels)
    ]


def _selects_nothing(view: View, item: DisruptionBudget) -> Iterator[Hypothesis]:
    pods = (
        pod
        for pod in view.snapshot.pods
        if pod.meta.ref.namespace == item.meta.ref.namespace
        and item.selector.matches(pod.meta.labels)
    )
    if item.expected == 0 and view.knows_all("Pod") and not any(pods):
        yield cause(
            Suspect(FaultClass.DISRUPTION_BUDGET_SELECTS_NOTHING, item.meta.ref),
            "budget.selects_nothing",
            weights.POSTURE,
            f"budget {item.meta.ref.name} selects no pod",
            [item.meta.source],
        )


def _refusals(view: View, guarded: list[ObjectRef]) -> list[EvidenceId]:
    return [
        event.source
        for ref in guarded
        for event in view.events_about(ref)
        if _REFUSED in event.message and wellbeing.is_recent(view, event)
    ]
