"""Disruption budgets that hold up maintenance, or guard nobody."""

from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.scheduling.taints import is_cordoned
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.nodes import Node
from sre_agent.domain.cluster.workloads import DisruptionBudget
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_REFUSED = "disruption budget"
_EMPTYING = frozenset(
    {
        "ToBeDeletedByClusterAutoscaler",
        "karpenter.sh/disrupted",
        "karpenter.sh/disruption",
    }
)
"""Taints by which autoscalers of nodes say that they empty one."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect budgets that no eviction can satisfy though all is healthy, and those without pods."""
    for item in view.snapshot.disruption_budgets:
        guarded = _guarded(view, item)
        if not guarded:
            yield from _selects_nothing(view, item)
        elif _can_never_give(item):
            yield from _blocks(view, item, guarded)


def _blocks(
    view: View, item: DisruptionBudget, guarded: Sequence[ObjectRef]
) -> Iterator[Hypothesis]:
    """Suspect a budget that gives nothing where somebody asks: until then that is its purpose."""
    emptied = _emptied(view, guarded)
    refused = _refusals(view, item, guarded)
    if not (emptied or refused):
        return
    names = ", ".join(node.meta.ref.name for node in emptied)
    yield cause(
        Suspect(FaultClass.DISRUPTION_BUDGET_BLOCKS, guarded[0]),
        "budget.blocks",
        weights.CONTRADICTION if refused else weights.POSTURE,
        f"budget {item.meta.ref.name} lets none of {item.expected} healthy pods go "
        f"({_bound(item)})" + (f"; some of them run on {names}, to be emptied" if names else ""),
        [item.meta.source, *refused, *(node.meta.source for node in emptied)],
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


def _emptied(view: View, guarded: Sequence[ObjectRef]) -> list[Node]:
    """Return the nodes with guarded pods that take no others, or are about to be removed."""
    names = {pod.node for ref in guarded for pod in wellbeing.live_pods(view, ref)}
    nodes = (view.nodes[name] for name in sorted(names) if name in view.nodes)
    return [
        node
        for node in nodes
        if is_cordoned(node) or any(taint.key in _EMPTYING for taint in node.taints)
    ]


def _refusals(view: View, item: DisruptionBudget, guarded: Sequence[ObjectRef]) -> list[EvidenceId]:
    """Return what says of a budget, its pods or their nodes that an eviction was refused."""
    hosts = {pod.node for ref in guarded for pod in wellbeing.live_pods(view, ref)}
    nodes = [view.nodes[name].meta.ref for name in sorted(hosts) if name in view.nodes]
    said = [event for ref in guarded for event in view.events_about(ref)]
    said += [event for ref in (item.meta.ref, *nodes) for event in view.events_of.get(ref, ())]
    return [
        event.source
        for event in said
        if _REFUSED in event.message.lower() and wellbeing.is_recent(view, event)
    ]
