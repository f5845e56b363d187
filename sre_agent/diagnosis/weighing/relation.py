"""How a suspect stands to the alerting workloads on the dependency graph."""

from collections.abc import Iterator
from itertools import pairwise

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import novelty
from sre_agent.domain.causes import Finding
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

BELOW_WORKLOADS = frozenset({"Namespace", "Node", "Service"})
"""Kinds whose trouble is no workload's, so that no call has to lead to them."""


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for what the alert names or depends on, against what it does not depend on."""
    ref = hypothesis.object
    suspect = Suspect(hypothesis.fault_class, ref)
    ids = ids_of(situation, ref) or hypothesis.findings[0].evidence_ids
    path = path_to(situation, ref)
    named = [item.name for item in situation.anchors if _is_it(hypothesis, item)]
    if named:
        yield suspect.speaks_for(
            "relation.alert_names_it", weights.ALERT_NAMES_IT, f"the alert names {named[0]}", ids
        )
    elif path:
        chain = " → ".join(step.name for step in path)
        yield suspect.speaks_for(
            "relation.callers_depend_on_it",
            weights.CALLERS_DEPEND_ON_IT,
            f"the alerting service depends on it: {chain}",
            edge_ids(situation, path),
        )
    else:
        yield from _stranger(situation, suspect, ids)
    yield from _failing_callers(situation, suspect, path)


def _is_it(hypothesis: Hypothesis, anchor: ObjectRef) -> bool:
    """Return whether an alerting workload is the suspect, or whom a suspected namespace refuses."""
    return anchor == hypothesis.object or str(anchor) == hypothesis.facts.get("refused")


def path_to(situation: Situation, ref: ObjectRef) -> tuple[ObjectRef, ...]:
    """Return the shortest way from an alerting workload down to an object, or nothing."""
    paths = [situation.graph.path(anchor, ref) for anchor in situation.anchors]
    return min((path for path in paths if path), key=len, default=())


def edge_ids(situation: Situation, path: tuple[ObjectRef, ...]) -> list[EvidenceId]:
    """Return the evidence for every edge of a path."""
    return [id_ for pair in pairwise(path) for id_ in situation.graph.evidence(*pair)]


def ids_of(situation: Situation, ref: ObjectRef) -> tuple[EvidenceId, ...]:
    """Return the evidence that an object exists as it does."""
    case = situation.case
    found = (case.workloads.get(ref), case.controllers.get(ref), case.signals.get(ref))
    return tuple(seen.id for seen in found if seen)[:1]


def _stranger(
    situation: Situation, suspect: Suspect, ids: tuple[EvidenceId, ...]
) -> Iterator[Finding]:
    """Speak against what the alerting workloads do not call, as far as their calls are known."""
    graph, anchors = situation.graph, situation.anchors
    known = [anchor for anchor in anchors if _calls_are_known(situation, anchor)]
    if suspect.object.kind in BELOW_WORKLOADS or not known:
        return
    if any(graph.path(suspect.object, anchor) for anchor in anchors):
        yield suspect.speaks_against(
            "relation.caller_of_the_victim",
            weights.CALLER_OF_THE_VICTIM,
            f"{suspect.object.name} calls the alerting service and is not called by it",
            ids,
        )
    else:
        names = ", ".join(anchor.name for anchor in known)
        yield suspect.speaks_against(
            "relation.unrelated",
            weights.UNRELATED,
            f"nothing shows that {names} depends on {suspect.object.name}",
            [*ids, *(id_ for anchor in known for id_ in ids_of(situation, anchor))],
        )


def _calls_are_known(situation: Situation, anchor: ObjectRef) -> bool:
    """Return whether the anchor's template was seen, so that a missing edge means something."""
    case = situation.case
    return anchor in case.workloads or anchor in case.controllers


def _failing_callers(
    situation: Situation, suspect: Suspect, path: tuple[ObjectRef, ...]
) -> Iterator[Finding]:
    """Speak for a suspect at which the calls of others fail, by their metrics or their logs."""
    ref = suspect.object
    callers = [path[-2]] if len(path) > 1 else situation.graph.callers(ref)
    for caller in callers:
        health, seen = situation.calls.get((caller, ref)), situation.case.signals.get(caller)
        logs = situation.case.patterns.get(caller)
        if health and health.is_unhealthy and seen:
            text = f"calls from {caller.name} to {ref.name} fail: {health.statement}"
            ids = [seen.id]
        elif logs and ref in novelty.callees_blamed(
            situation.case, caller, novelty.new_patterns(situation.case, caller)
        ):
            text, ids = f"new error lines of {caller.name} complain about {ref.name}", [logs.id]
        else:
            continue
        yield suspect.speaks_for(
            "relation.callers_fail_to_it", weights.CALLERS_FAIL_TO_IT, text, ids
        )
        return
