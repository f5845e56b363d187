"""Whose fact a piece of evidence holds: of the object that it names, and of no other that is called alike."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.incident import names
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.objects import CONTROLLERS, REPOSITORY, ObjectRef
from sre_agent.domain.opinion import Scalar
from sre_agent.llm.facts import shown

Fields = Mapping[str, Scalar]
"""What is said in one place, by its key there."""

_OBJECTS = ("object.", "metadata.")
_OWNER = re.compile(r"((?:metadata\.)?ownerReferences\[\d+\]\.)name")
_POD = re.compile(r"(?:labels\.)?pod|pods\[\d+\]")
_SERVICE = re.compile(r"service|services\[\d+\]")
_LABELS = {f"labels.{kind.lower()}": kind for kind in CONTROLLERS}
_LISTED = {"nodes": "Node", "pods": "Pod", "services": "Service"}
"""Lists whose entries say no more of what they are than a name, and its kind."""
_SERVED = frozenset({*CONTROLLERS, "Service"})
"""What can be meant where a kind is not said: what answers under the name of a service."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An object that is named; where its owners are named beside it, its own name tells of none."""

    ref: ObjectRef
    has_owner: bool = False

    def is_of(self, wanted: ObjectRef) -> bool:
        """Return whether this is the object, or one that it made."""
        ref = self.ref
        if ref.namespace and wanted.namespace and ref.namespace != wanted.namespace:
            return False
        if ref.name == wanted.name and ref.kind in {"", wanted.kind}:
            return bool(ref.kind) or wanted.kind in _SERVED
        return not self.has_owner and names.is_made_by(ref.kind, ref.name, wanted)


def is_about(evidence: Evidence, facts: Fields, path: str, ref: ObjectRef) -> bool:
    """Return whether what stands at a path tells of an object.

    An entry of a list is about the object that it names; where it names none, the whole look decides,
    and at last the pod that the entry is of.
    """
    namespace = shown(facts.get("namespace") or evidence.call.arguments.get("namespace") or "")
    if ref.kind == "Namespace":
        return namespace == ref.name
    entry = path[: path.index("]") + 1] if "]" in path else ""
    own = {
        key.removeprefix(f"{entry}."): value
        for key, value in facts.items()
        if entry and key.startswith(f"{entry}.")
    }
    stated = list(_stated(own, namespace))
    if stated:
        return any(item.is_of(ref) for item in stated)
    found = [*_whole(evidence, facts, namespace), *_carried(own, namespace)]
    listed = _LISTED.get(entry.partition("[")[0])
    if listed and "name" in own:
        found.append(_named(listed, namespace, own["name"]))
    return any(item.is_of(ref) for item in found)


def _whole(evidence: Evidence, facts: Fields, namespace: str) -> Iterator[_Named]:
    """Yield what a whole look is about: what it tells of, or else what was asked for."""
    told = {key: value for key, value in facts.items() if "[" not in key}
    found = [*_stated(told, namespace), *_carried(told, namespace)]
    if found:
        yield from found
        return
    asked = {key: shown(value) for key, value in evidence.call.arguments.items()}
    yield from _stated(asked, namespace)
    yield from _carried(asked, namespace)
    if "name" in asked:
        yield _named(asked.get("kind", ""), namespace, asked["name"])
    if evidence.subject is not None and not asked.keys() & {"service", "pod"}:
        yield _Named(evidence.subject)


def _stated(fields: Fields, namespace: str) -> Iterator[_Named]:
    """Yield the objects that something says it is of."""
    place = shown(fields.get("namespace") or namespace)
    for lead in (lead for lead in _OBJECTS if f"{lead}name" in fields):
        kind = fields.get(f"{lead}kind") or fields.get("kind") or ""
        place = shown(fields.get(f"{lead}namespace") or place)
        owners = [found[1] for key in fields if (found := _OWNER.fullmatch(key))]
        yield _named(kind, place, fields[f"{lead}name"], has_owner=bool(owners))
        for owner in owners:
            yield _named(fields.get(f"{owner}kind", ""), place, fields[f"{owner}name"])
    written = fields.get("object")
    if isinstance(written, str) and written:
        kind, _, name = written.partition("/")
        yield _named(kind, name.rpartition("/")[0], name.rpartition("/")[2])
        return
    if fields.get("repository"):
        owner, _, name = shown(fields["repository"]).rpartition("/")
        yield _named(REPOSITORY, owner, name)
    for key in filter(_SERVICE.fullmatch, fields):
        yield _named("", place, fields[key])


def _carried(fields: Fields, namespace: str) -> Iterator[_Named]:
    """Yield the pods, or else the workloads, by whose names something is marked."""
    place = shown(fields.get("labels.namespace") or fields.get("namespace") or namespace)
    pods = [key for key in fields if _POD.fullmatch(key)]
    for key in pods:
        yield _named("Pod", place, fields[key])
    for key, kind in _LABELS.items():
        if not pods and key in fields:
            yield _named(kind, place, fields[key])


def _named(kind: Scalar, namespace: str, name: Scalar, *, has_owner: bool = False) -> _Named:
    ref = ObjectRef(kind=shown(kind), namespace=namespace, name=shown(name))
    return _Named(ref, has_owner)
