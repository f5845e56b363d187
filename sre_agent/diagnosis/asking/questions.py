"""What is worth asking next: the suspects nobody has looked at yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sre_agent.diagnosis.incident import alert_names
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.diagnosis.weighing import victim
from sre_agent.domain.causes import Cause, Conclusion, Question, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import CONTROLLERS, ObjectRef

SURE = 0.95
"""With a cause this sure and no failing callee left unseen, more evidence decides nothing."""
MAX_SUSPECTS = 4
"""So many workloads are looked at in one round."""
YOUNG = timedelta(minutes=2)
"""While the newest alert is younger than this, another look may show what this one does not."""
PAUSE_S = 15.0
FRESH = timedelta(seconds=45)
"""Trouble that began so lately may go by itself before anybody could act."""
AT_ONCE = timedelta(seconds=45)
"""Trouble that a release brings begins within this, mostly."""
MUTE = frozenset({"ConfigMap", "Namespace", "Secret"})
"""Of these nothing more can be asked."""
LOOKS_AGAIN = frozenset({"kubernetes", "metrics", "traces"})


class Topic(StrEnum):
    """What a question is about; each specialist knows which calls answer it."""

    WORKLOAD = "workload"
    OBJECTS = "objects"
    HISTORY = "history"
    POD_LOGS = "pod_logs"
    SIGNALS = "signals"
    ERROR_PATTERNS = "error_patterns"
    TRACES = "traces"
    TARGETS = "targets"
    AGAIN = "again"
    RUNBOOK = "runbook"
    CODE = "code"


SPECIALIST_OF = {
    Topic.WORKLOAD: "kubernetes",
    Topic.OBJECTS: "kubernetes",
    Topic.HISTORY: "kubernetes",
    Topic.POD_LOGS: "kubernetes",
    Topic.SIGNALS: "metrics",
    Topic.ERROR_PATTERNS: "logs",
    Topic.TRACES: "traces",
    Topic.TARGETS: "metrics",
    Topic.RUNBOOK: "runbooks",
    Topic.CODE: "github",
}
"""Which specialist answers what."""


def ask(
    situation: Situation, causes: Sequence[Cause], conclusion: Conclusion
) -> tuple[Question, ...]:
    """Return the open questions, the most telling first, each once.

    Once all that was alerted about is well, only what the alert itself is about is asked yet:
    whoever goes on looking finds something.
    """
    if conclusion is Conclusion.NOTHING_WRONG:
        return tuple(_unscraped(situation))
    is_undecided = conclusion is Conclusion.UNDECIDED
    suspects: dict[ObjectRef, str] = {}
    for ref, reason in _suspects(situation, causes, is_undecided=is_undecided):
        suspects.setdefault(ref, reason)
    unseen = [tuple(_unseen(situation, ref, reason)) for ref, reason in suspects.items()]
    found = [question for asked in list(filter(None, unseen))[:MAX_SUSPECTS] for question in asked]
    found += [*_dying_pods(situation), *_unscraped(situation)]
    is_early = _is_early(situation, causes, conclusion)
    return tuple(found) or tuple(_again(situation) if is_early else ())


def _is_early(situation: Situation, causes: Sequence[Cause], conclusion: Conclusion) -> bool:
    """Return whether a little time may change the conclusion."""
    if conclusion is Conclusion.UNDECIDED:
        return True
    if conclusion is Conclusion.REPAIR_UNDER_WAY:
        health = situation.health.get(causes[0].object)
        return health is not None and health.is_normal
    return _is_hasty(situation, causes[0])


def _is_hasty(situation: Situation, cause: Cause) -> bool:
    """Return whether to blame a release is too soon: the trouble came late after it, and just now.

    A release that breaks something mostly does so at once; what comes later may go by itself. Of a
    commit that was told of before its release was seen, nothing says how late that was.
    """
    released = cause.facts.get("released_at")
    is_release = cause.fault_class is FaultClass.BAD_RELEASE and released is not None
    if not is_release or _shows_in_pods(cause):
        return False
    onset_at = situation.onset(cause.object).at
    released_at = datetime.fromisoformat(str(released))
    is_fresh = situation.case.now - onset_at < FRESH
    return is_fresh and onset_at - released_at > AT_ONCE


def _shows_in_pods(cause: Cause) -> bool:
    return any(
        item.stance is Stance.FOR and item.rule.startswith("pods.") for item in cause.findings
    )


def _again(situation: Situation) -> Iterator[Question]:
    """Ask the same once more a little later, while trouble is so young that time will tell of it.

    What ends by itself has ended then; what is real shows more.
    """
    if _was_looked_at_again(situation) or situation.case.now - situation.alerted_last > YOUNG:
        return
    looks = LOOKS_AGAIN if situation.case.traces else LOOKS_AGAIN - {"traces"}
    for ref in situation.anchors[:MAX_SUSPECTS]:
        for specialist in sorted(looks):
            yield Question(
                specialist=specialist,
                topic=Topic.AGAIN,
                object=ref,
                reason="the alert is young and nothing explains it yet",
                wait_s=PAUSE_S,
            )


def _was_looked_at_again(situation: Situation) -> bool:
    """Return whether an alerting workload, or its alerts, were seen once more after a pause.

    That other looks took as long says nothing of them.
    """
    case = situation.case
    looks = [case.alerts, *map(case.signals.get, situation.anchors)]
    newest = max((seen.at for seen in looks if seen), default=case.now)
    return newest - case.looked_since >= timedelta(seconds=PAUSE_S)


def _unscraped(situation: Situation) -> Iterator[Question]:
    """Ask which targets could be scraped, where an alert is about that."""
    names = {alert.name for alert in situation.case.incident.alerts}
    if situation.case.targets or not any(alert_names.is_about_targets(name) for name in names):
        return
    for ref in situation.anchors[:MAX_SUSPECTS]:
        yield Question(
            specialist=SPECIALIST_OF[Topic.TARGETS],
            topic=Topic.TARGETS,
            object=ref,
            reason="the alert is about targets that cannot be scraped",
        )


def _suspects(
    situation: Situation, causes: Sequence[Cause], *, is_undecided: bool
) -> Iterator[tuple[ObjectRef, str]]:
    """Return whom to look at, the surest first: anchors, failing callees, best causes, all callees."""
    for anchor in situation.anchors:
        yield anchor, "the alert names it"
    for ref in _downstream(situation):
        for callee in victim.failing_callees(situation, ref):
            if callee.kind in CONTROLLERS:
                yield callee, f"calls from {ref.name} to it fail"
    top = next((item for item in causes[:1] if item.object.kind not in MUTE), None)
    if top and (is_undecided or _is_open(situation, top)):
        yield top.object, "it is the best suspect so far"
    if is_undecided:
        for ref in _downstream(situation)[1:]:
            yield ref, "the alerting service depends on it and nothing is decided"


def _is_open(situation: Situation, cause: Cause) -> bool:
    """Return whether a found cause should be looked at more closely.

    However sure: what repairs it is known only of a workload that was described.
    """
    is_unseen = cause.object.kind in CONTROLLERS and cause.object not in situation.case.workloads
    return is_unseen or cause.confidence < SURE


def _downstream(situation: Situation) -> list[ObjectRef]:
    """Return the alerting workloads and all they depend on, nearest first, workloads only."""
    reached = list(situation.anchors)
    for ref in reached:
        reached += [
            callee
            for callee in situation.graph.callees(ref)
            if callee not in reached and callee.kind in CONTROLLERS
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
