"""From questions to tool calls: which calls answer what, for each specialist."""

from collections.abc import Iterator, Sequence

from sre_agent.agents.specialists import Specialist
from sre_agent.diagnosis import case
from sre_agent.diagnosis.case import Case
from sre_agent.diagnosis.names import owner_guesses
from sre_agent.diagnosis.questions import Topic
from sre_agent.diagnosis.situation import OBJECT_LABELS
from sre_agent.domain import canonical
from sre_agent.domain.causes import Question
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.tools import ToolCall

EVENTS_SINCE_S = 6 * 3600
LOG_TAIL_LINES = 80

FIRST_TOPICS = {
    "kubernetes": (Topic.WORKLOAD, Topic.HISTORY),
    "metrics": (Topic.SIGNALS,),
    "logs": (Topic.ERROR_PATTERNS,),
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
    known = case.build(evidence, incident, incident.opened_at)
    done = asked | {key(item.call) for item in evidence}
    wanted = [question for question in questions if question.specialist == specialist.name]
    calls = [*_first(specialist, known), *_follow_ups(specialist, known, wanted, done)]
    fresh = {key(call): call for call in calls if key(call) not in done}
    return list(fresh.values())


def targets(known: Case) -> tuple[ObjectRef, ...]:
    """Return the workloads the alerts speak of: as resolved, else as good a guess as a name gives."""
    incident = known.incident
    pairs = [(incident.namespace, incident.service)]
    for alert in incident.alerts:
        labels = [alert.labels[label] for label in OBJECT_LABELS if alert.labels.get(label)]
        pairs += [(alert.namespace or incident.namespace, name) for name in labels[:1]]
    found = []
    for namespace, name in pairs:
        resolved = known.names.resolve(namespace, name)
        is_guess = not known.deployments and not known.workloads
        if is_guess and namespace and name:
            found.append(ObjectRef.deployment(namespace, owner_guesses(name)[-1]))
        elif resolved:
            found.append(resolved)
    return tuple(dict.fromkeys(found))


def _first(specialist: Specialist, known: Case) -> Iterator[ToolCall]:
    """Return what a specialist looks at before anyone asks, whatever the incident."""
    namespace = known.incident.namespace
    if specialist.name == "kubernetes":
        yield _call(specialist, "list_resources", kind="Deployment", namespace=namespace)
        yield _call(specialist, "list_resources", kind="Service", namespace=namespace)
        yield _call(specialist, "list_events", namespace=namespace, since_s=EVENTS_SINCE_S)
        yield _call(specialist, "node_status")
    if specialist.name == "metrics":
        yield _call(specialist, "list_alerts", **({"namespace": namespace} if namespace else {}))


def _follow_ups(
    specialist: Specialist, known: Case, questions: Sequence[Question], done: frozenset[str]
) -> Iterator[ToolCall]:
    """Return the calls about particular objects: the alerts' own, then those asked about."""
    for ref in targets(known):
        for topic in FIRST_TOPICS[specialist.name]:
            yield from _answers(specialist, known, topic, ref, done)
    for question in questions:
        yield from _answers(specialist, known, Topic(question.topic), question.object, done)


def _answers(
    specialist: Specialist, known: Case, topic: Topic, ref: ObjectRef, done: frozenset[str]
) -> Iterator[ToolCall]:
    where = {"namespace": ref.namespace}
    match topic:
        case Topic.WORKLOAD:
            yield _call(specialist, "describe_workload", **where, name=ref.name)
        case Topic.HISTORY:
            yield _call(specialist, "rollout_history", **where, name=ref.name)
        case Topic.POD_LOGS:
            yield _call(
                specialist,
                "get_pod_logs",
                **where,
                pod=ref.name,
                previous=True,
                tail_lines=LOG_TAIL_LINES,
            )
        case Topic.SIGNALS:
            if ref not in known.signals:
                yield from _under_next_name(specialist, "golden_signals", known, ref, done)
        case Topic.ERROR_PATTERNS:
            if ref not in known.patterns:
                yield from _under_next_name(specialist, "error_patterns", known, ref, done)


def _under_next_name(
    specialist: Specialist, tool: str, known: Case, ref: ObjectRef, done: frozenset[str]
) -> Iterator[ToolCall]:
    """Ask under the first name of a workload that was not tried: metrics may know its Service's."""
    is_target = ref in targets(known)
    names = [*known.names.also_known_as(ref), *([known.incident.service] if is_target else [])]
    for name in dict.fromkeys(names):
        call = _call(specialist, tool, namespace=ref.namespace, service=name)
        if key(call) not in done:
            yield call
            return


def _call(specialist: Specialist, tool: str, **arguments: str | int | bool) -> ToolCall:
    return ToolCall(server=specialist.server, tool=tool, arguments=arguments)
