"""What is worth asking next: the suspects nobody has looked at yet."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from sre_agent.diagnosis import victim
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.situation import Situation
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.objects import ObjectRef

SURE = 0.95
"""With a cause this sure and no failing callee left unseen, more evidence decides nothing."""
MAX_SUSPECTS = 4
"""So many workloads are looked at in one round."""


class Topic(StrEnum):
    """What a question is about; each specialist knows which calls answer it."""

    WORKLOAD = "workload"
    HISTORY = "history"
    POD_LOGS = "pod_logs"
    SIGNALS = "signals"
    ERROR_PATTERNS = "error_patterns"
    RUNBOOK = "runbook"


SPECIALIST_OF = {
    Topic.WORKLOAD: "kubernetes",
    Topic.HISTORY: "kubernetes",
    Topic.POD_LOGS: "kubernetes",
    Topic.SIGNALS: "metrics",
    Topic.ERROR_PATTERNS: "logs",
    Topic.RUNBOOK: "runbooks",
}
"""Which specialist answers what."""


def ask(
    situation: Situation, causes: Sequence[Cause], *, is_undecided: bool
) -> tuple[Question, ...]:
    """Return the open questions, the most telling first, each once."""
    suspects: dict[ObjectRef, str] = {}
    for ref, reason in _suspects(situation, causes, is_undecided=is_undecided):
        suspects.setdefault(ref, reason)
    unseen = [tuple(_unseen(situation, ref, reason)) for ref, reason in suspects.items()]
    found = [question for asked in list(filter(None, unseen))[:MAX_SUSPECTS] for question in asked]
    return (*found, *_dying_pods(situation))


def _suspects(
    situation: Situation, causes: Sequence[Cause], *, is_undecided: bool
) -> Iterator[tuple[ObjectRef, str]]:
    """Return whom to look at, the surest first: anchors, failing callees, best causes, all callees."""
    for anchor in situation.anchors:
        yield anchor, "the alert names it"
    for ref in _downstream(situation):
        for callee in victim.failing_callees(situation, ref):
            if callee.kind == "Deployment":
                yield callee, f"calls from {ref.name} to it fail"
    if causes and (is_undecided or causes[0].confidence < SURE):
        yield causes[0].object, "it is the best suspect so far"
    if is_undecided:
        for ref in _downstream(situation)[1:]:
            yield ref, "the alerting service depends on it and nothing is decided"


def _downstream(situation: Situation) -> list[ObjectRef]:
    """Return the alerting workloads and all they depend on, nearest first, workloads only."""
    reached = list(situation.anchors)
    for ref in reached:
        reached += [
            callee
            for callee in situation.graph.callees(ref)
            if callee not in reached and callee.kind == "Deployment"
        ]
    return reached


def _unseen(situation: Situation, ref: ObjectRef, reason: str) -> Iterator[Question]:
    case = situation.case
    seen = (
        (Topic.WORKLOAD, ref in case.workloads),
        (Topic.SIGNALS, ref in case.signals),
        (Topic.ERROR_PATTERNS, ref in case.patterns),
    )
    for topic, is_seen in seen:
        if not is_seen:
            yield Question(specialist=SPECIALIST_OF[topic], topic=topic, object=ref, reason=reason)


def _dying_pods(situation: Situation) -> Iterator[Question]:
    """Ask for the last words of one pod of each workload whose containers keep ending."""
    logged = {seen.fact.pod for seen in situation.case.pod_logs}
    for ref, seen in pods.workloads(situation):
        dying = [
            pod.name
            for pod, container in pods.containers(seen.fact)
            if not pod.ready and pods.last_end(situation, ref, container)
        ]
        if dying and not logged.intersection(dying):
            yield Question(
                specialist=SPECIALIST_OF[Topic.POD_LOGS],
                topic=Topic.POD_LOGS,
                object=ObjectRef(kind="Pod", namespace=ref.namespace, name=min(dying)),
                reason=f"containers of {ref.name} keep ending",
            )
