"""Pods that no node was found for, and what the scheduler and the nodes say of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sre_agent.diagnosis.kubernetes.scheduling import fitting
from sre_agent.diagnosis.kubernetes.scheduling.sentence import Bar, Verdict, verdict_of
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.pods import Pod, PodSpec
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_YOUNG = timedelta(seconds=20)
"""A scheduler that works places a pod, or says why it cannot, within this time."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Unplaced:
    """A pod without a node, its spec taken from its owner's template where it was not read.

    `verdict` is the scheduler's last word, `by_node` what bars it from each node by arithmetic
    (empty where no node was read).
    """

    pod: Pod
    owner: ObjectRef
    said: str
    verdict: Verdict | None
    by_node: Mapping[str, frozenset[Bar]]
    evidence: tuple[EvidenceId, ...]


def unplaced(view: View) -> tuple[Unplaced, ...]:
    """Return the pods that wait for a node."""
    return view.once(_unplaced)


def _unplaced(view: View) -> tuple[Unplaced, ...]:
    return tuple(_waiting(view))


def _waiting(view: View) -> Iterator[Unplaced]:
    sums: dict[ObjectRef, list[_Sum]] = {}
    for pod in view.snapshot.pods:
        if pod.phase != "Pending" or pod.node or pod.meta.deleted_at:
            continue
        if any(status.state for status in pod.statuses):
            continue
        owner = view.owner_of(pod)
        meant = replace(pod, spec=_spec_of(view, pod, owner))
        said, sources = _last_word(view, pod)
        nodes = (node.meta.source for node in view.snapshot.nodes)
        yield Unplaced(
            pod=meant,
            owner=owner,
            said=said,
            verdict=verdict_of(said),
            by_node=_by_node(view, meant, sums.setdefault(owner, [])),
            evidence=(pod.meta.source, *sources, *nodes),
        )


@dataclass(frozen=True)
class _Sum:
    """What a pod asks for, and what bars one that asks for it from each node."""

    asked: tuple[object, ...]
    by_node: Mapping[str, frozenset[Bar]]


def _by_node(view: View, pod: Pod, done: list[_Sum]) -> Mapping[str, frozenset[Bar]]:
    """Return what bars a pod, from the sums of its siblings if one of them asks for the same."""
    asked = fitting.asked_of_nodes(pod.spec)
    known = next((item.by_node for item in done if item.asked == asked), None)
    if known is None:
        known = {node.meta.ref.name: fitting.bars(view, pod, node) for node in view.snapshot.nodes}
        done.append(_Sum(asked, known))
    return known


def is_young(view: View, pod: Pod) -> bool:
    """Return whether a pod is too new for its waiting to mean anything."""
    since = pod.meta.created_at
    return since is not None and view.snapshot.taken_at - since < _YOUNG


def _spec_of(view: View, pod: Pod, owner: ObjectRef) -> PodSpec:
    workload = view.workloads.get(owner)
    return pod.spec if pod.spec.containers or workload is None else workload.template


def _last_word(view: View, pod: Pod) -> tuple[str, tuple[EvidenceId, ...]]:
    events = [item for item in view.events_of.get(pod.meta.ref, ()) if _is_refusal(item)]
    if events:
        last = max(events, key=lambda item: (item.last_at or _LONG_AGO, item.message))
        return last.message, (last.source,)
    for condition in pod.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            return condition.message, ()
    return "", ()


def _is_refusal(event: Event) -> bool:
    return event.reason == "FailedScheduling" and "skip schedule" not in event.message
