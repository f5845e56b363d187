"""Reading events: from `kubectl get events`, and from the foot of descriptions."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl.answers import Answers, reference
from sre_agent.manifests.kubectl.question import kind_of
from sre_agent.manifests.kubectl.times import ago

_ROUTINE = frozenset({"Pulled", "Pulling", "Created", "Started", "Scheduled", "SuccessfulCreate"})
"""What the cluster says of every pod that starts: read by nobody, and most of what it says."""
_TYPES = frozenset({"Normal", "Warning"})
_STOPPED = "Stopping container"
_FIELDS = 5


def listed(answers: Answers, pods: Collection[str]) -> Iterator[Event]:
    """Yield the events of `kubectl get events`, but for the routine ones.

    Args:
        answers: what was read.
        pods: the names of all pods; events outlive what they are about by an hour, and of a pod
            that is gone nobody wants to know. Empty where not all pods are known.
    """
    for question, text in answers.tables("Event"):
        source = question.evidence_id
        for line in _news(text):
            parts = line.split(None, _FIELDS - 1)
            if len(parts) < _FIELDS or parts[2] in _ROUTINE:
                continue
            if pods and parts[3].startswith("pod/") and parts[3][4:] not in pods:
                continue
            event = _listed(parts, line, question.namespace, source, answers.taken_at)
            if event:
                yield event


def _news(text: str) -> Iterator[str]:
    """Yield the lines that may tell something: nine of ten do not, which is seen without parting them."""
    lines = text.split("\n")
    start = lines[0].find("REASON ")
    end = lines[0].find("OBJECT ")
    for line in lines:
        if (start < 0 or line[start:end].rstrip() not in _ROUTINE) and _STOPPED not in line:
            yield line


def _is_routine(reason: str, message: str) -> bool:
    return reason in _ROUTINE or message.startswith(_STOPPED)


def _listed(
    parts: list[str], line: str, namespace: str, source: EvidenceId, now: datetime
) -> Event | None:
    seen, type_, reason, about, message = parts
    if type_ in _TYPES:
        last_at = ago(seen, now)
        return Event(
            ref=_about(about, namespace),
            source=source,
            type=type_,
            reason=reason,
            message=message.rstrip(),
            first_at=last_at,
            last_at=last_at,
        )
    if reason in _TYPES:  # a first column of namespaces
        return _again(line.partition(seen)[2], seen, source, now)
    return _with_count(line, namespace, source, now)


def _again(line: str, namespace: str, source: EvidenceId, now: datetime) -> Event | None:
    parts = line.split(None, _FIELDS - 1)
    if len(parts) < _FIELDS or parts[1] not in _TYPES or _is_routine(parts[2], parts[4]):
        return None
    return _listed(parts, line, namespace, source, now)


def _with_count(line: str, namespace: str, source: EvidenceId, now: datetime) -> Event | None:
    """Read `2s (x4 over 10m)   Warning   …`, the way of `kubectl events`."""
    before, bracket, rest = line.partition(" (x")
    counted, closed, rest = rest.partition(")")
    if not bracket or not closed:
        return None
    event = _again(f"{before} {rest}", namespace, source, now)
    return _counted(event, counted, now) if event else None


def _counted(event: Event, counted: str, now: datetime) -> Event:
    count, _, span = counted.partition(" over ")
    return Event(
        ref=event.ref,
        source=event.source,
        type=event.type,
        reason=event.reason,
        message=event.message,
        count=int(count) if count.isdigit() else 1,
        first_at=ago(span, now) or event.first_at,
        last_at=event.last_at,
        component=event.component,
    )


def _about(text: str, namespace: str) -> ObjectRef:
    word, _, name = text.partition("/")
    return reference(kind_of(word) or word.capitalize(), namespace, name)


def described(text: str, ref: ObjectRef, source: EvidenceId, now: datetime) -> Iterator[Event]:
    """Yield the events at the foot of a description, but for the routine ones."""
    at = text.rfind("\nEvents:")
    if at < 0 or (ref.kind == "Pod" and not _has_news(text, at)):
        return
    for line in text[at + 8 :].split("\n")[1:]:
        words = line.split(None, 2)
        if len(words) == 3 and words[0] in _TYPES and words[1] not in _ROUTINE:
            event = _of_line(words, ref, source, now)
            if event:
                yield event


def _has_news(text: str, start: int) -> bool:
    return text.find("Warning", start) >= 0 or text.find("Killing", start) >= 0


def _of_line(words: list[str], ref: ObjectRef, source: EvidenceId, now: datetime) -> Event | None:
    type_, reason, rest = words
    seen, _, rest = rest.partition(" ")
    rest, counted = rest.lstrip(), ""
    if rest.startswith("(x"):
        counted, _, rest = rest[2:].partition(")")
    component, _, message = rest.strip().partition(" ")
    message = message.strip()
    if type_ == "Normal" and message.startswith(_STOPPED):
        return None
    last_at = ago(seen, now)
    event = Event(
        ref=ref,
        source=source,
        type=type_,
        reason=reason,
        message=message,
        first_at=last_at,
        last_at=last_at,
        component=component,
    )
    return _counted(event, counted, now) if counted else event


def distinct(events: Iterator[Event]) -> tuple[Event, ...]:
    """Return each thing said of an object once, as the fullest account tells it, in order."""
    found: dict[tuple[str, str, str, str, str], Event] = {}
    for event in events:
        key = _order(event)
        known = found.get(key)
        if known is None or (event.count, event.component) > (known.count, known.component):
            found[key] = event
    return tuple(found[key] for key in sorted(found))


def _order(event: Event) -> tuple[str, str, str, str, str]:
    ref = event.ref
    return ref.kind, ref.namespace, ref.name, event.reason, event.message
