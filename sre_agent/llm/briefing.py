"""An incident in few words: typed facts under the ids by which they are cited, within a bound.

The ranking of the platform's own rules is not among them: a second opinion that has read the first
is none. It only decides whose facts come first where not all have room.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import Scalar
from sre_agent.llm.facts import plain, shown, table

MAX_CHARACTERS = 11_000
"""Of all facts together: with prompt and classes that stays under 6,000 tokens of three characters."""
MAX_OBJECTS = 40
MAX_ALERTS = 5
CITED_FACTS = 28
"""Of one piece of evidence that the ranking rests on."""
OTHER_FACTS = 10
_ENTRIES = 3
"""Of a list, where nothing in its later entries stands out."""

_DULL = frozenset(
    {
        *("uid", "query", "step_s", "template_hash", "created_at", "generation", "labels", "kind"),
        *(
            "observed_generation",
            "annotations",
            "selector",
            "ports",
            "pod_ip",
            "replicaset",
            "unit",
        ),
        *(
            "start",
            "end",
            "namespace",
            "metadata",
            "apiVersion",
            "resourceVersion",
            "env",
            "complete",
        ),
        *("forbidden", "not_served", "data_keys", "first", "min", "max_at", "started_at", "level"),
        *("url", "last_transition_at", "score", "is_current", "command", "args", "spec"),
    }
)
_TELLING = re.compile(
    r"(?:reason|message|state|ready|restarts|exit_code|template|sample|count|count_before|changes"
    r"|before|after|late|early|max|last|error_lines|error_lines_before|desired|available"
    r"|unavailable|revision_created_at|revision|phase|status|image|type|ready_addresses|name)$"
)
_KEYS = re.compile(r"[^.\[\]]+")
_INDEX = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Briefing:
    """What a model is told: what is ours, and what strangers wrote.

    `objects` are those that it may name, by the form in which they are listed. `shown` is the evidence
    of which at least one fact is told, `left_out` how much of the rest had no room.
    """

    classes: str
    facts: str
    objects: Mapping[str, ObjectRef]
    shown: tuple[Evidence, ...]
    left_out: int


def write(
    incident: Incident,
    evidence: Sequence[Evidence],
    diagnosis: Diagnosis,
    *,
    most: int = MAX_CHARACTERS,
) -> Briefing:
    """Return the briefing on an incident in so many characters, the facts first that its ranking rests on."""
    objects = {str(ref): ref for ref in _objects(incident, evidence, diagnosis)}
    head = [*_alerts(incident), "", "Objects:", *objects, "", "Facts:"]
    room = most - sum(len(line) + 1 for line in head)
    cited = {
        id_
        for item in diagnosis.causes
        for finding in item.findings
        for id_ in finding.evidence_ids
    }
    ordered = sorted(evidence, key=lambda item: item.id not in cited)
    lines: list[str] = []
    told: list[Evidence] = []
    for item in ordered:
        block = list(_block(item, CITED_FACTS if item.id in cited else OTHER_FACTS))
        size = sum(len(line) + 1 for line in block)
        if size > room:
            continue
        room -= size
        lines += block
        told.append(item)
    return Briefing(
        classes=", ".join(FaultClass),
        facts="\n".join([*head, *lines]),
        objects=objects,
        shown=tuple(told),
        left_out=len(evidence) - len(told),
    )


def _alerts(incident: Incident) -> Iterator[str]:
    yield f"Service: {plain(f'{incident.namespace}/{incident.service}', 120)}"
    yield f"Began: {incident.started_at.isoformat(timespec='seconds')}"
    for alert in incident.alerts[:MAX_ALERTS]:
        summary = alert.annotations.get("summary", "")
        yield f"Alert: {plain(f'{alert.name} {summary}', 200)}"
    if incident.alert_count > MAX_ALERTS:
        yield f"and {incident.alert_count - MAX_ALERTS} more alerts"


def _objects(
    incident: Incident, evidence: Sequence[Evidence], diagnosis: Diagnosis
) -> list[ObjectRef]:
    """Return what a cause can be about: what the evidence names, suspects first."""
    found = [item.object for item in (*diagnosis.causes, *diagnosis.dismissed)]
    for dependency in diagnosis.dependencies:
        found += [dependency.caller, dependency.callee]
    found += [item.subject for item in evidence if item.subject is not None]
    found += [ref for item in evidence for ref in _named(item)]
    seen = dict.fromkeys(ref for ref in found if _is_plain(ref))
    own = [ref for ref in seen if ref.name == incident.service]
    return list(dict.fromkeys([*own, *seen]))[:MAX_OBJECTS]


def _named(evidence: Evidence) -> Iterator[ObjectRef]:
    """Yield the objects that a piece of evidence is about, by the fields that hold such."""
    yield from _refs(evidence.facts.get("object"))
    for key in ("items", "events"):
        for item in evidence.facts.get(key) or ():
            if isinstance(item, Mapping):
                yield from _refs(item.get("object"))
    for node in evidence.facts.get("nodes") or ():
        if isinstance(node, Mapping):
            yield ObjectRef(kind="Node", namespace="", name=str(node.get("name", "")))


def _refs(value: object) -> Iterator[ObjectRef]:
    if isinstance(value, Mapping) and {"kind", "namespace", "name"} <= value.keys():
        yield ObjectRef(
            kind=str(value["kind"]), namespace=str(value["namespace"]), name=str(value["name"])
        )


def _is_plain(ref: ObjectRef) -> bool:
    """Return whether it is named as Kubernetes names things, and so says nothing else."""
    return bool(re.fullmatch(r"[\w.:/-]{1,300}", str(ref))) and bool(ref.name)


def _block(evidence: Evidence, most: int) -> Iterator[str]:
    about = f" of {evidence.subject}" if evidence.subject else ""
    yield f"[{evidence.id}] {evidence.kind}{plain(about, 120)}: {plain(evidence.summary, 160)}"
    for path, value in _telling(table(evidence), most):
        yield f"{plain(path, 160)} = {shown(value)}"


def _telling(facts: Mapping[str, Scalar], most: int) -> list[tuple[str, Scalar]]:
    """Return the facts worth their room, in the order of the evidence."""
    worth = [
        (0.0 if _is_repeated(facts, path, value) else _worth(path, value), number)
        for number, (path, value) in enumerate(facts.items())
    ]
    best = sorted((item for item in worth if item[0] > 0), key=lambda item: (-item[0], item[1]))
    chosen = {number for _, number in best[:most]}
    return [item for number, item in enumerate(facts.items()) if number in chosen]


def _is_repeated(facts: Mapping[str, Scalar], path: str, value: Scalar) -> bool:
    """Return whether the newest level of a series tells it already, or a name is part of its path."""
    series, _, key = path.rpartition(".")
    if key == "name":
        return f"{series}.points.late" in facts
    return key in _LEVELS and series.endswith(".points") and facts.get(f"{series}.late") == value


def _worth(path: str, value: Scalar) -> float:
    """Return how much a fact is worth telling; nothing for names, settings and empty fields."""
    if value == "" or len(path) > MAX_OBJECTS * 4:
        return 0
    keys = _KEYS.findall(path)
    if any(key in _DULL for key in keys) and keys[-1] not in _TOLD_LABELS:
        return 0 if "revisions" not in keys or keys[-1] != "created_at" else 2.5
    worth = 2.0 if _TELLING.search(keys[-1]) else 1.0
    if value is False or (keys[-1] in _BAD and value not in (0, "Completed", "running")):
        worth += 1.5  # what is not as it should be
    deepest = max((int(number) for number in _INDEX.findall(path)), default=0)
    return worth - (0.5 * deepest if deepest < _ENTRIES else 2.0 + 0.01 * deepest)


_LEVELS = frozenset({"last", "max", "early"})
_TOLD_LABELS = frozenset({"pod", "peer", "persistentvolumeclaim", "node"})
_BAD = frozenset({"restarts", "unavailable", "exit_code", "reason", "message", "count", "late"})
