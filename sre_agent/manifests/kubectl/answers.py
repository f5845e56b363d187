"""The texts by what was asked, so that readers find the ones of their kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.kubectl.outline import descriptions
from sre_agent.manifests.kubectl.question import CLUSTER_WIDE, Question
from sre_agent.manifests.kubectl.tables import pairs, rows
from sre_agent.manifests.kubectl.times import ago

Key = tuple[str, str]
"""Namespace and name."""
_REFUSED = "Error from server"
NOT_TOLD = frozenset({"", "<none>", "<unset>", "<nil>", "<unknown>", "<pending>"})


@lru_cache(maxsize=8192)
def reference(kind: str, namespace: str, name: str) -> ObjectRef:
    """Return the reference of an object; the same one is asked for many times over."""
    return ObjectRef(kind=kind, namespace="" if kind in CLUSTER_WIDE else namespace, name=name)


@dataclass(slots=True)
class Listed:
    """An object as the tables tell of it: all columns that any of them shows."""

    columns: dict[str, str]
    source: EvidenceId

    def told(self, column: str) -> str:
        """Return a column, empty where it says nothing."""
        value = self.columns.get(column, "")
        return "" if value in NOT_TOLD else value


@dataclass(slots=True)
class Described:
    """An object's description, and where it stands."""

    text: str
    source: EvidenceId


@dataclass(slots=True)
class Answers:
    """All texts, indexed by kind. `taken_at` is when they were taken."""

    taken_at: datetime
    sources: dict[str, EvidenceId] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    _tables: dict[str, list[tuple[Question, str]]] = field(default_factory=dict)
    _described: dict[str, list[tuple[Question, str]]] = field(default_factory=dict)
    _by_key: dict[str, dict[Key, Described]] = field(default_factory=dict)
    other: list[tuple[Question, str]] = field(default_factory=list)

    def add(self, question: Question, text: str) -> None:
        """Take in one text; what kubectl refused to tell tells nothing."""
        if text.startswith(_REFUSED):
            return
        if question.verb == "get" and question.output != "yaml":
            self._add_table(question, text)
        elif question.verb == "describe":
            self._described.setdefault(question.kind, []).append((question, text))
        else:
            self.other.append((question, text))

    def _add_table(self, question: Question, text: str) -> None:
        tables = self._tables.setdefault(question.kind, [])
        tables.append((question, text))
        if not question.name:
            self.sources.setdefault(question.kind, question.evidence_id)

    def tables(self, kind: str) -> list[tuple[Question, str]]:
        """Return the tables of a kind: those of all its objects where there are any."""
        every = self._tables.get(kind, [])
        return [item for item in every if not item[0].name] or every

    def listings(self) -> Iterator[Question]:
        """Yield what listed all objects of a kind."""
        for tables in self._tables.values():
            yield from (question for question, _ in tables if not question.name)

    def listed(self, kind: str) -> dict[Key, Listed]:
        """Return a kind's objects with the columns of all tables that show them."""
        found = dict[Key, Listed]()
        for question, text in self.tables(kind):
            source = question.evidence_id
            for row in rows(text):
                name = row.get("NAME", "").rpartition("/")[2]
                if not name:
                    continue
                namespace = row.get("NAMESPACE") or question.namespace
                key = ("" if kind in CLUSTER_WIDE else namespace, name)
                known = found.get(key)
                if known is None:
                    found[key] = Listed(row, source)
                else:
                    known.columns.update(row)
        return found

    def described(self, kind: str) -> Mapping[Key, Described]:
        """Return the descriptions of a kind's objects by where they stand."""
        if kind not in self._by_key:
            self._by_key[kind] = self._find_described(kind)
        return self._by_key[kind]

    def each(self, kind: str) -> Iterator[tuple[Key, Listed | None, Described | None]]:
        """Yield a kind's objects by where they stand, with their row and their description if any."""
        listed, described = self.listed(kind), self.described(kind)
        for key in sorted(set(listed) | set(described)):
            yield key, listed.get(key), described.get(key)

    def _find_described(self, kind: str) -> dict[Key, Described]:
        found = dict[Key, Described]()
        for question, text in self._described.get(kind, ()):
            if question.name:
                namespace = "" if kind in CLUSTER_WIDE else question.namespace
                found.setdefault((namespace, question.name), Described(text, question.evidence_id))
            else:
                for key, part in _parts(kind, question, text):
                    found.setdefault(key, Described(part, question.evidence_id))
        return found

    def created_at(self, listed: Listed | None) -> datetime | None:
        """Return when a listed object was made, from its age."""
        return ago(listed.told("AGE"), self.taken_at) if listed else None

    def meta(self, kind: str, key: Key, listed: Listed | None, described: Described | None) -> Meta:
        """Return the least there is to say of an object: its name, source, age and labels."""
        source = described.source if described else listed.source if listed else EvidenceId("")
        return Meta(
            ref=reference(kind, *key),
            source=source,
            labels=pairs(listed.told("LABELS")) if listed else {},
            created_at=self.created_at(listed),
        )


def _parts(kind: str, question: Question, text: str) -> Iterator[tuple[Key, str]]:
    for part in descriptions(text):
        head = part[:400].split("\n")
        name = _value(head, "Name:")
        namespace = _value(head, "Namespace:") or question.namespace
        if name:
            yield ("" if kind in CLUSTER_WIDE else namespace, name), part


def _value(lines: list[str], key: str) -> str:
    return next((line[len(key) :].strip() for line in lines if line.startswith(key)), "")


def indexed(texts: Mapping[Question, str], taken_at: datetime) -> Answers:
    """Return the texts indexed, in an order that does not depend on how they came."""
    answers = Answers(taken_at)
    for question in sorted(texts, key=_order):
        answers.add(question, texts[question])
        if question.namespace:
            answers.namespaces.add(question.namespace)
    return answers


def _order(question: Question) -> tuple[str, str, str, str, str, str]:
    return (
        question.verb,
        question.kind,
        question.namespace,
        question.name,
        question.output,
        question.container,
    )
