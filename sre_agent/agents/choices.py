"""Every further look that one specialist could take: a closed list, written by the platform alone.

Whoever chooses among them writes no argument and no query. What they name was seen in this incident,
and what was looked at already is not among them: of two looks at one thing the newer would count.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.agents import calls
from sre_agent.agents.allowlist import AllowList
from sre_agent.agents.specialists import Specialist
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.incident import case
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.causes import Diagnosis, Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.names import is_name
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall

MAX_WORKLOADS = 16
MAX_PODS = 8
MAX_NAMESPACES = 4
MAX_LOOKED_UP = 2
"""Workloads whose runbooks can be looked for: there is one search for each class of fault."""
OBJECT, NAMESPACE, FAULT_CLASS = "object", "namespace", "fault_class"

_OF_WORKLOADS: Mapping[str, Mapping[str, Topic]] = {
    "kubernetes": {"describe_workload": Topic.WORKLOAD, "rollout_history": Topic.HISTORY},
    "metrics": {"golden_signals": Topic.SIGNALS},
    "logs": {"error_patterns": Topic.ERROR_PATTERNS},
    "traces": {"sample_traces": Topic.TRACES},
}
_OF_NAMESPACES: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "kubernetes": {"list_objects": {}, "list_events": {"since_s": calls.EVENTS_SINCE_S}},
    "metrics": {"resource_use": {}},
}
_REASON = "a language model would look there"


@dataclass(frozen=True)
class Choice:
    """One look: the tool and arguments by which it is chosen, what it asks, and the calls it takes."""

    tool: str
    arguments: Mapping[str, str]
    question: Question
    calls: tuple[ToolCall, ...] = ()


def offer(
    specialist: Specialist,
    incident: Incident,
    evidence: Sequence[Evidence],
    diagnosis: Diagnosis,
    allowed: AllowList,
    asked: Collection[ToolCall] = (),
) -> tuple[Choice, ...]:
    """Return what a specialist could look at next, suspects first.

    Args:
        specialist: who would look.
        incident: what is investigated.
        evidence: all of it so far, from every specialist.
        diagnosis: what it adds up to; it orders what is offered.
        allowed: who may call what; only reading tools of the specialist are offered.
        asked: calls that were made without bringing evidence.
    """
    scope = _scope(incident, evidence, diagnosis)
    offered = list(_looks(specialist, scope))
    made = calls.answering(
        specialist,
        incident,
        [item.question for item in offered],
        evidence,
        frozenset(map(calls.key, asked)),
    )
    return tuple(
        Choice(item.tool, item.arguments, item.question, found)
        for item, found in zip(offered, made, strict=True)
        if found and _may_be_made(specialist, allowed, found)
    )


def _may_be_made(specialist: Specialist, allowed: AllowList, found: Sequence[ToolCall]) -> bool:
    return all(allowed.may_read(specialist.name, call.server, call.tool) for call in found)


@dataclass(frozen=True)
class _Scope:
    """What this incident is known to be about."""

    workloads: tuple[ObjectRef, ...]
    pods: tuple[ObjectRef, ...]
    namespaces: tuple[ObjectRef, ...]


def _looks(specialist: Specialist, scope: _Scope) -> Iterator[Choice]:
    for tool, topic in _OF_WORKLOADS.get(specialist.name, {}).items():
        yield from (_look(specialist, tool, topic, ref) for ref in scope.workloads)
    for tool, fixed in _OF_NAMESPACES.get(specialist.name, {}).items():
        yield from (_listing(specialist, tool, ref, fixed) for ref in scope.namespaces)
    if specialist.name == "kubernetes":
        for ref in scope.pods:
            yield _look(specialist, "get_pod_logs", Topic.POD_LOGS, ref)
    if specialist.name == "github":
        yield from (_commits(specialist, ref) for ref in scope.workloads if is_name(ref.name))
    if specialist.name == "runbooks":
        for ref in scope.workloads[:MAX_LOOKED_UP]:
            yield from _searches(specialist, ref)


def _commits(specialist: Specialist, ref: ObjectRef) -> Choice:
    """Ask for the commits under a folder that is called like a workload."""
    question = Question(
        specialist=specialist.name,
        topic=Topic.OBJECTS,
        object=ref,
        reason=_REASON,
        tool="list_commits",
        arguments={"path": ref.name},
    )
    return Choice("list_commits", {OBJECT: str(ref)}, question)


def _look(specialist: Specialist, tool: str, topic: Topic, ref: ObjectRef) -> Choice:
    question = Question(specialist=specialist.name, topic=topic, object=ref, reason=_REASON)
    return Choice(tool, {OBJECT: str(ref)}, question)


def _listing(specialist: Specialist, tool: str, ref: ObjectRef, fixed: Mapping[str, int]) -> Choice:
    question = Question(
        specialist=specialist.name,
        topic=Topic.OBJECTS,
        object=ref,
        reason=_REASON,
        tool=tool,
        arguments={"namespace": ref.name, **fixed},
    )
    return Choice(tool, {NAMESPACE: ref.name}, question)


def _searches(specialist: Specialist, ref: ObjectRef) -> Iterator[Choice]:
    for fault_class in FaultClass:
        question = Question(
            specialist=specialist.name,
            topic=Topic.RUNBOOK,
            object=ref,
            reason=_REASON,
            arguments={FAULT_CLASS: fault_class},
        )
        chosen = {OBJECT: str(ref), FAULT_CLASS: str(fault_class)}
        yield Choice("search_runbooks", chosen, question)


def _scope(incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis) -> _Scope:
    objects = [item for item in evidence if item.kind.startswith("kubernetes.")]
    seen = case.build(objects, incident, incident.opened_at)
    found = [item.object for item in (*diagnosis.causes, *diagnosis.dismissed)]
    near = sorted(diagnosis.dependencies, key=lambda item: item.caller.name != incident.service)
    for dependency in near:
        found += [dependency.caller, dependency.callee]
    known = seen.names.workloads
    suspects = [ref for ref in found if ref in known]
    workloads = list(dict.fromkeys((*suspects, *sorted(known, key=str))))
    places = filter(None, (incident.namespace, *(ref.namespace for ref in workloads)))
    namespaces = [
        ObjectRef(kind="Namespace", namespace="", name=name) for name in dict.fromkeys(places)
    ]
    return _Scope(
        workloads=tuple(workloads[:MAX_WORKLOADS]),
        pods=tuple(_pods(seen, workloads))[:MAX_PODS],
        namespaces=tuple(namespaces[:MAX_NAMESPACES]),
    )


def _pods(seen: Case, workloads: Sequence[ObjectRef]) -> Iterator[ObjectRef]:
    """Yield pods of workloads that were described, those that are not ready first."""
    found = [
        (pod.ready, ObjectRef(kind="Pod", namespace=ref.namespace, name=pod.name))
        for ref in workloads
        if ref in seen.workloads
        for pod in seen.workloads[ref].fact.pods
    ]
    yield from (ref for _, ref in sorted(found, key=lambda item: item[0]))
