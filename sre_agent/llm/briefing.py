"""An incident in few words: typed facts under the ids by which they are cited, within a bound.

The ranking of the platform's own rules is not among them: a second opinion that has read the first
is none. It only decides whose facts come first where not all have room.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import Scalar
from sre_agent.llm.facts import plain, shown, table

MAX_CHARACTERS = 7_000
"""Of all facts together: with plan and summary an incident of the lab stays under 6,000 tokens."""
MAX_OBJECTS = 30
_MAX_PATH = 160
MAX_ALERTS = 5
SHARES = ((16, 5), (13, 4), (10, 3))
"""Facts of one piece of evidence that the ranking rests on, and of any other: the more there are, the fewer."""
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
        *("age_days", "last_validated", "owner", "first_at"),
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
    told = _fitting([_Told.of(item, is_cited=item.id in cited) for item in ordered], room)
    lines = [line for block, _ in told for line in block]
    return Briefing(
        classes=", ".join(FaultClass),
        facts="\n".join([*head, *lines]),
        objects=objects,
        shown=tuple(item.evidence for _, item in told),
        left_out=len(evidence) - len(told),
    )


@dataclass(frozen=True)
class _Told:
    """A piece of evidence, and its facts with what each is worth."""

    evidence: Evidence
    is_cited: bool
    facts: tuple[tuple[str, Scalar], ...]
    best: tuple[int, ...]

    @classmethod
    def of(cls, evidence: Evidence, *, is_cited: bool) -> Self:
        """Weigh the facts of a piece of evidence."""
        facts = table(evidence)
        worth = [
            (0.0 if _says_nothing(facts, path, value) else _worth(facts, path, value), number)
            for number, (path, value) in enumerate(facts.items())
        ]
        best = sorted((item for item in worth if item[0] > 0), key=lambda item: (-item[0], item[1]))
        return cls(evidence, is_cited, tuple(facts.items()), tuple(number for _, number in best))

    def block(self, share: tuple[int, int]) -> list[str]:
        """Return the facts most worth their room, so many of them, in the order of the evidence."""
        seen = self.evidence
        about = f" of {plain(str(seen.subject), 120)}" if seen.subject else ""
        most = share[0] if self.is_cited else share[1]
        chosen = (self.facts[number] for number in sorted(self.best[:most]))
        return [
            f"[{seen.id}] {seen.kind}{about}: {plain(seen.summary, 160)}",
            *(f"{plain(path, _MAX_PATH)} = {shown(value)}" for path, value in chosen),
        ]


def _fitting(items: Sequence[_Told], room: int) -> list[tuple[list[str], _Told]]:
    """Return what has room: fewer facts of each before any is left out."""
    blocks: list[list[str]] = []
    for share in SHARES:
        blocks = [item.block(share) for item in items]
        if sum(map(_size, blocks)) <= room:
            break
    told = []
    for item, block in zip(items, blocks, strict=True):
        if _size(block) <= room:
            room -= _size(block)
            told.append((block, item))
    return told


def _size(block: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in block)


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
    seen = dict.fromkeys(ref for ref in found if _can_be_named(ref))
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


def _can_be_named(ref: ObjectRef) -> bool:
    """Return whether a cause can be about it, and its name is one, which says nothing else.

    A ReplicaSet is a revision of what has it, and no Service is without a namespace.
    """
    is_one = ref.kind != "ReplicaSet" and (bool(ref.namespace) or ref.kind != "Service")
    return is_one and bool(ref.name) and bool(re.fullmatch(r"[\w.:/-]{1,300}", str(ref)))


def _says_nothing(facts: Mapping[str, Scalar], path: str, value: Scalar) -> bool:
    """Return whether it is told already, or is as it should be.

    Told are a level by the newest of its series, a name by its path, and the object by the heading.
    """
    series, _, key = path.rpartition(".")
    if key == "name":
        return f"{series}.points.late" in facts
    is_level = key in _LEVELS and series.endswith(".points")
    is_told = is_level and facts.get(f"{series}.late") == value
    return is_told or path.startswith("object.") or _is_as_ever(facts, path, value)


def _is_as_ever(facts: Mapping[str, Scalar], path: str, value: Scalar) -> bool:
    """Return whether something is as it should be, or was nothing and still is."""
    series, _, key = path.rpartition(".")
    if "conditions[" in path:
        good = _GOOD_CONDITIONS.get(str(facts.get(f"{series}.type")))
        return facts.get(f"{series}.status") == good
    if key in _ALL_THERE:
        return value != 0 and any(facts.get(f"{series}.{all_}") == value for all_ in _ALL)
    if key in _SINCE:
        return value == 0 and not facts.get(path.removesuffix(key) + _SINCE[key])
    return value in _AS_EVER.get(key, ())


def _worth(facts: Mapping[str, Scalar], path: str, value: Scalar) -> float:
    """Return how much a fact is worth telling; nothing for names, settings and empty fields."""
    if value == "" or len(path) > _MAX_PATH:
        return 0
    keys = _KEYS.findall(path)
    if any(key in _DULL for key in keys) and keys[-1] not in _TOLD_LABELS:
        return 0 if "revisions" not in keys or keys[-1] != "created_at" else 2.5
    worth = 2.0 if _TELLING.search(keys[-1]) else 1.0
    if value is False or (keys[-1] in _BAD and value not in (0, "Completed", "running")):
        worth += 1.5  # what is not as it should be
    worth += sum(_MORE.get(key, 0.0) for key in {*keys})
    if facts.get(f"{path.rpartition('.')[0]}.type") == "Normal":
        worth -= 1.5  # an event that tells of nothing wrong
    deepest = max((int(number) for number in _INDEX.findall(path)), default=0)
    return worth - (0.5 * deepest if deepest < _ENTRIES else 2.0 + 0.01 * deepest)


_MORE: Mapping[str, float] = {"template": 1.5, "errors": 1.0, "total": 1.0, "error_lines": 0.5}
"""What tells most of a kind of evidence: what logs say, and what callers of a service see."""
_AS_EVER: Mapping[str, tuple[Scalar, ...]] = {
    "paused": (False,),
    "is_stale": (False,),
    "is_error": (False,),
    "unschedulable": (False,),
    "type": ("Normal",),
    "unavailable": (0,),
    "not_ready_addresses": (0,),
    "restarts": (0,),
    "state": ("running",),
    "phase": ("Running", "Bound", "Active"),
}
_ALL = ("desired", "replicas")
_ALL_THERE = frozenset(
    {"ready", "available", "readyReplicas", "availableReplicas", "updatedReplicas"}
)
"""How many of all that there are to be are there."""
_SINCE: Mapping[str, str] = {"early": "late", "error_lines_before": "error_lines"}
"""What was before tells nothing where it was nothing and still is."""
_GOOD_CONDITIONS = {
    **dict.fromkeys(("Available", "Progressing", "Ready", "ContainersReady"), "True"),
    **dict.fromkeys(("MemoryPressure", "DiskPressure", "PIDPressure"), "False"),
}
_LEVELS = frozenset({"last", "max", "early"})
_TOLD_LABELS = frozenset({"pod", "peer", "persistentvolumeclaim", "node"})
_BAD = frozenset({"restarts", "unavailable", "exit_code", "reason", "message", "count", "late"})
