"""From questions to tool calls: which calls answer what, for each specialist."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sre_agent.agents import repository_calls, runbook_calls
from sre_agent.agents.specialists import Specialist
from sre_agent.diagnosis.asking import reading
from sre_agent.diagnosis.asking.questions import Topic
from sre_agent.diagnosis.incident import case
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.names import owner_guesses
from sre_agent.diagnosis.incident.situation import ALERT_LAG, OBJECT_LABELS
from sre_agent.domain import canonical
from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.names import is_name, is_title
from sre_agent.domain.objects import CONTROLLERS, ObjectRef
from sre_agent.domain.tools import ToolCall

EVENTS_SINCE_S = 6 * 3600
LOG_TAIL_LINES = 80
_BY_NAME = {
    Topic.SIGNALS: "golden_signals",
    Topic.ERROR_PATTERNS: "error_patterns",
    Topic.TRACES: "sample_traces",
}
"""Tools that know a workload by a name, which may be its Service's."""
_AROUND = frozenset({"sample_traces"})
"""Tools that look at what was before the trouble and at what was after."""
SCRAPES_SEEN = "10m:5s"
"""How far back, and how finely, one looks at what could be scraped."""

_NAMED = ("namespace", "name", "service", "pod")
"""Arguments that may come from an alert's labels."""

FIRST_TOPICS = {
    "kubernetes": (Topic.WORKLOAD, Topic.HISTORY),
    "metrics": (Topic.SIGNALS,),
    "logs": (Topic.ERROR_PATTERNS,),
    "traces": (Topic.TRACES,),
}
"""What each specialist asks about the workloads that the alerts name."""


def key(call: ToolCall) -> str:
    """Return the identity of a call: the same for the same question."""
    return canonical.sha256(call.model_dump(mode="json"))


def plan_calls(
    specialist: Specialist,
    incident: Incident,
    questions: Sequence[Question],
    evidence: Sequence[Evidence],
    asked: frozenset[str] = frozenset(),
) -> list[ToolCall]:
    """Return the calls to make next, without those already made.

    Args:
        specialist: who asks.
        incident: what is investigated; its first calls come from the names in its alerts.
        questions: what the reflector wants to know; those for other specialists are passed over.
        evidence: all evidence so far, from every specialist.
        asked: keys of calls made already, whatever came of them.
    """
    known = _know(incident, evidence, asked)
    wanted = [question for question in questions if question.specialist == specialist.name]
    if specialist.name == "runbooks":
        refs = (*(question.object for question in wanted), *known.targets())
        names = [ref.name for ref in refs if ref.kind not in reading.HOLDERS]
        searches = runbook_calls.plan(specialist.server, incident, names, evidence)
        calls = [*runbook_calls.by_class(specialist.server, wanted), *searches]
    elif specialist.name == "github":
        begun = _begun(incident)
        own = repository_calls.plan(specialist.server, begun, evidence)
        asked_for = (call for item in wanted for call in _about(specialist, known, item))
        # What was asked for comes first: there may be no room for the last of many diffs.
        calls = [*asked_for, *own]
    else:
        calls = [*_first(specialist, known), *_follow_ups(specialist, known, wanted)]
    return list({key(call): call for call in calls if _is_fresh(call, known)}.values())


def answering(
    specialist: Specialist,
    incident: Incident,
    questions: Sequence[Question],
    evidence: Sequence[Evidence],
    asked: frozenset[str],
) -> list[tuple[ToolCall, ...]]:
    """Return for each question the calls that would answer it and were not made: none if it is answered.

    Args are those of `plan_calls`.
    """
    known = _know(incident, evidence, asked)
    return [
        tuple(call for call in _about(specialist, known, item) if _is_fresh(call, known))
        for item in questions
    ]


@dataclass(frozen=True)
class _Known:
    """What is known when calls are planned.

    `asked` are the keys of all calls made, `answers` of those that brought evidence; `answered` the
    (tool, workload) pairs that have evidence.
    """

    case: Case
    asked: frozenset[str]
    answers: frozenset[str]
    answered: frozenset[tuple[str, ObjectRef]]

    def targets(self) -> tuple[ObjectRef, ...]:
        """Return the workloads the alerts speak of, as resolved, else as the alerts name them."""
        incident = self.case.incident
        pairs = [(incident.namespace, incident.service)]
        for alert in incident.alerts:
            labels = [alert.labels[label] for label in OBJECT_LABELS if alert.labels.get(label)]
            pairs += [(alert.namespace or incident.namespace, name) for name in labels[:1]]
        found = (self._target(namespace, name) for namespace, name in pairs if name)
        return tuple(dict.fromkeys(ref for ref in found if ref))

    def _target(self, namespace: str, name: str) -> ObjectRef | None:
        if self.case.controllers or self.case.workloads:
            return self.case.names.resolve(namespace, name)
        pods = {alert.labels.get("pod") for alert in self.case.incident.alerts}
        guess = owner_guesses(name)[1:2] if name in pods else ()
        return ObjectRef.deployment(namespace, *(guess or (name,))) if namespace else None


def _know(incident: Incident, evidence: Sequence[Evidence], asked: frozenset[str]) -> _Known:
    # Names come from the cluster's objects; parsing long series for them would be waste.
    objects = [item for item in evidence if item.kind.startswith("kubernetes.")]
    known = case.build(objects, incident, incident.opened_at)
    answered = set()
    for item in evidence:
        namespace, service = (item.call.arguments.get(key) for key in ("namespace", "service"))
        ref = known.names.resolve(str(namespace), str(service)) if service else None
        if ref:
            answered.add((item.call.tool, ref))
    answers = frozenset(key(item.call) for item in evidence)
    return _Known(
        case=known,
        asked=asked | answers,
        answers=answers,
        answered=frozenset(answered),
    )


def _first(specialist: Specialist, known: _Known) -> Iterator[ToolCall]:
    """Return what a specialist looks at before anyone asks, whatever the incident."""
    namespace = known.case.incident.namespace
    if specialist.name == "kubernetes":
        yield _call(specialist, "list_resources", kind="Deployment", namespace=namespace)
        yield _call(specialist, "list_resources", kind="Service", namespace=namespace)
        yield _call(specialist, "list_events", namespace=namespace, since_s=EVENTS_SINCE_S)
        yield _call(specialist, "node_status")
        if namespace:
            yield _call(specialist, "list_objects", namespace=namespace)
    if specialist.name == "metrics":
        yield _call(specialist, "list_alerts", **({"namespace": namespace} if namespace else {}))
        if namespace:
            yield _call(specialist, "resource_use", namespace=namespace)


def _follow_ups(
    specialist: Specialist, known: _Known, questions: Sequence[Question]
) -> Iterator[ToolCall]:
    """Return the calls about particular objects: the alerts' own, then those asked about."""
    for ref in known.targets():
        for topic in FIRST_TOPICS[specialist.name]:
            yield from _answers(specialist, known, topic, ref)
    for question in questions:
        yield from _about(specialist, known, question)


def _about(specialist: Specialist, known: _Known, question: Question) -> Iterator[ToolCall]:
    if question.topic in {Topic.OBJECTS, Topic.CODE}:
        yield _call(specialist, question.tool, **question.arguments)
    elif question.topic == Topic.RUNBOOK:
        yield from runbook_calls.by_class(specialist.server, [question])
    else:
        yield from _answers(specialist, known, Topic(question.topic), question.object)


def _answers(
    specialist: Specialist, known: _Known, topic: Topic, ref: ObjectRef
) -> Iterator[ToolCall]:
    # A Deployment is what the tools take for granted.
    other = {"kind": ref.kind} if ref.kind in CONTROLLERS[1:] else {}
    named = {"namespace": ref.namespace, "name": ref.name, **other}
    match topic:
        case Topic.WORKLOAD:
            yield _call(specialist, "describe_workload", **named)
        case Topic.HISTORY:
            yield _call(specialist, "rollout_history", **named)
        case Topic.POD_LOGS:
            yield from _last_words(specialist, known, ref)
        case Topic.SIGNALS | Topic.ERROR_PATTERNS | Topic.TRACES:
            yield from _under_next_name(specialist, _BY_NAME[topic], known, ref)
        case Topic.TARGETS:
            yield from _scrapes(specialist, known, ref)
        case Topic.OBJECTS | Topic.CODE | Topic.AGAIN | Topic.RUNBOOK:
            pass  # asked as they stand, repeated, and looked for by all names together


def _last_words(specialist: Specialist, known: _Known, pod: ObjectRef) -> Iterator[ToolCall]:
    """Ask for the run that ended; a container that did not start again has only the one."""
    for previous in (True, False):
        call = _call(
            specialist,
            "get_pod_logs",
            namespace=pod.namespace,
            pod=pod.name,
            previous=previous,
            tail_lines=LOG_TAIL_LINES,
        )
        if key(call) not in known.asked:
            yield call
            return
        if key(call) in known.answers:
            return


def _scrapes(specialist: Specialist, known: _Known, ref: ObjectRef) -> Iterator[ToolCall]:
    """Ask for the targets of a workload: discovery labels them with a Service or with their job."""
    names = "|".join(re.escape(name) for name in known.case.names.also_known_as(ref))
    for label in ("service", "job"):
        where = f"namespace={json.dumps(ref.namespace)},{label}=~{json.dumps(names)}"
        call = _call(specialist, "instant_query", query=f"up{{{where}}}[{SCRAPES_SEEN}]")
        if key(call) not in known.asked:
            yield call
            return
        if key(call) in known.answers:
            return


def _under_next_name(
    specialist: Specialist, tool: str, known: _Known, ref: ObjectRef
) -> Iterator[ToolCall]:
    """Ask under the first name of a workload that was not tried: metrics may know its Service's."""
    if (tool, ref) in known.answered:
        return
    spoken = [known.case.incident.service] if ref in known.targets() else []
    names = [*known.case.names.also_known_as(ref), *filter(None, spoken)]
    when = {"around": _stamp(_begun(known.case.incident))} if tool in _AROUND else {}
    for name in dict.fromkeys(names):
        call = _call(specialist, tool, namespace=ref.namespace, service=name, **when)
        if key(call) not in known.asked:
            yield call
            return


def _begun(incident: Incident) -> datetime:
    """Return when all was certainly well: well before the first of the alerts that fire began."""
    firing = [item for item in incident.alerts if item.status is AlertStatus.FIRING]
    begun = min((item.starts_at for item in firing), default=incident.started_at)
    return begun - ALERT_LAG


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _is_fresh(call: ToolCall, known: _Known) -> bool:
    """Return whether a call was not made, and may be."""
    return key(call) not in known.asked and _names_things(call)


def _names_things(call: ToolCall) -> bool:
    """Return whether what the call names may be a name: labels of alerts may hold anything."""
    said = (call.arguments.get(field) for field in _NAMED)
    is_titled = is_title(str(call.arguments.get("alert", "any")))
    return is_titled and all(is_name(str(name)) for name in said if name)


def _call(specialist: Specialist, tool: str, **arguments: str | int | bool) -> ToolCall:
    return ToolCall(server=specialist.server, tool=tool, arguments=arguments)
