"""Databases that take no more connections, or no writes."""

import re
from collections.abc import Iterator, Sequence

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.dependencies import databases
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.sayings import Saying
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_FULL = (
    "Too many connections",
    "too many connections",
    "too many clients",
    "remaining connection slots are reserved",
    "max number of clients reached",
    "max_user_connections",
    "ORA-12516",
    "ORA-00020",
)
_READ_ONLY = (
    "--read-only option",
    "--super-read-only option",
    "read-only transaction",
    "read only replica",
    "NotWritablePrimary",
    "not primary",
    "database is read-only",
    "database is in read-only",
    "readonly database",
    "read_only_mode",
    "ORA-16000",
)
_POOL = (
    "Connection is not available, request timed out",
    "QueuePool limit of size",
    "connection pool exhausted",
    "Connection pool exhausted",
    "Timeout waiting for connection from pool",
    "ResourceRequest timed out",
    "Cannot get a connection, pool error",
    "could not get a connection from the pool",
)
_KINDS = (
    (FaultClass.CONNECTIONS_EXHAUSTED, "words.connections", _FULL, "has no connection left"),
    (FaultClass.DATABASE_READ_ONLY, "words.read_only", _READ_ONLY, "takes no writes"),
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the database that its clients, or its own probes, say is full or read-only."""
    for fault, rule, words, what in _KINDS:
        said = [item for item in sayings.sayings(view, *words) if _counts(view, item)]
        by_database = _by_database(view, said)
        warned = _warned(view, words)
        for ref in sorted(by_database.keys() | warned.keys(), key=str):
            lines, events = by_database.get(ref, []), warned.get(ref, [])
            yield _suspect(Suspect(fault, ref), rule, what, lines, events)
    yield from _pools(view)


def _counts(view: View, item: Saying) -> bool:
    return not item.is_previous or wellbeing.is_unwell(view, item.owner)


def _by_database(view: View, said: Sequence[Saying]) -> dict[ObjectRef, list[Saying]]:
    """Return what was said by the database it is said of; a client's own fault where none is known."""
    known = databases.databases(view)
    found: dict[ObjectRef, list[Saying]] = {}
    for item in said:
        itself = item.owner if item.owner in known else None
        ref = itself or databases.meant(view, item.owner, item.line) or item.owner
        found.setdefault(ref, []).append(item)
    return found


def _warned(view: View, words: Sequence[str]) -> dict[ObjectRef, list[Event]]:
    pattern = re.compile("|".join(map(re.escape, words)))
    found: dict[ObjectRef, list[Event]] = {}
    for event in view.snapshot.events:
        pod = view.pods.get((event.ref.namespace, event.ref.name))
        if pod and pattern.search(event.message) and wellbeing.is_recent(view, event):
            found.setdefault(view.owner_of(pod), []).append(event)
    return found


def _suspect(
    suspect: Suspect, rule: str, what: str, lines: Sequence[Saying], events: Sequence[Event]
) -> Hypothesis:
    ids: list[EvidenceId] = [*(item.source for item in lines), *(item.source for item in events)]
    words = lines[0].quote("onnections") if lines else events[0].message[:200]
    callers = sorted({item.owner.name for item in lines} - {suspect.object.name})
    by = f", say {', '.join(callers[:3])}" if callers else ""
    statement = f"{suspect.object.name} {what}{by}: {words}"
    return cause(suspect, rule, weights.POD_STATE, statement, ids, clients=len(callers))


def _pools(view: View) -> Iterator[Hypothesis]:
    """Suspect a client whose own pool is empty, for less than its database's own word."""
    for said in sayings.sayings(view, *_POOL):
        if _counts(view, said):
            yield cause(
                Suspect(FaultClass.CONNECTIONS_EXHAUSTED, said.owner),
                "words.pool",
                weights.WORDS_IN_PASSING,
                f"the connection pool of {said.owner.name} is empty: {said.quote('onnection')}",
                [said.source],
            )
