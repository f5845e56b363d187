"""Who calls whom: from addresses in container templates, client metrics, error lines and traces.

The words for it: a *caller* depends on a *callee*. Trouble travels from callee to caller, so that a
caller is often only the victim of its callee, and a callee is never the victim of its caller.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sre_agent.diagnosis.incident import traced
from sre_agent.diagnosis.incident.case import Case
from sre_agent.domain.causes import Dependency
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Container

_SEPARATORS = re.compile(r"[,;|\s]+")
_ADDRESS_NAME = re.compile(
    r"(^|_)(ADDR|ADDRESS|ADDRS|URL|URLS|URI|URIS|HOST|HOSTS|HOSTNAME|ENDPOINT|ENDPOINTS|DSN|"
    r"UPSTREAMS?|BACKENDS?|PEERS?|DEPENDENCIES|DEPENDS|SERVERS?|BROKERS?|TARGETS?)($|_)",
    re.IGNORECASE,
)
_HOST_AND_PORT = re.compile(r"^[a-z0-9][-a-z0-9.]*:\d{1,5}(/.*)?$", re.IGNORECASE)
_SPEAKS_OF_PEER = (
    r"(?:(?:peer|upstream|dependency|backend|remote|target|callee)(?:[_. -]?(?:service|host|name|addr(?:ess)?|url))?"
    r"|host|server|lookup|dial|connect(?:ing|ion)? to|call(?:ing)?(?: to)?|from|to)"
)


@dataclass(frozen=True)
class Graph:
    """The dependency graph: for each caller, its callees and the evidence for each edge."""

    edges: Mapping[ObjectRef, Mapping[ObjectRef, tuple[EvidenceId, ...]]] = field(
        default_factory=dict
    )

    def callees(self, caller: ObjectRef) -> tuple[ObjectRef, ...]:
        """Return what a workload depends on directly, in the order of their names."""
        return tuple(sorted(self.edges.get(caller, {}), key=str))

    def callers(self, callee: ObjectRef) -> tuple[ObjectRef, ...]:
        """Return what depends directly on a workload, in the order of their names."""
        return tuple(sorted((ref for ref, out in self.edges.items() if callee in out), key=str))

    def evidence(self, caller: ObjectRef, callee: ObjectRef) -> tuple[EvidenceId, ...]:
        """Return the evidence for one edge, nothing when there is none."""
        return self.edges.get(caller, {}).get(callee, ())

    def path(self, start: ObjectRef, goal: ObjectRef) -> tuple[ObjectRef, ...]:
        """Return a shortest way from caller to callee with both ends, or nothing."""
        paths: list[tuple[ObjectRef, ...]] = [(start,)]
        reached = {start}
        for path in paths:
            if path[-1] == goal:
                return path
            steps = [ref for ref in self.callees(path[-1]) if ref not in reached]
            reached.update(steps)
            paths.extend((*path, ref) for ref in steps)
        return ()

    def dependencies(self) -> tuple[Dependency, ...]:
        """Return the edges as values for a diagnosis."""
        return tuple(
            Dependency(caller=caller, callee=callee, evidence_ids=ids)
            for caller, out in sorted(self.edges.items(), key=lambda item: str(item[0]))
            for callee, ids in sorted(out.items(), key=lambda item: str(item[0]))
        )


def build(case: Case) -> Graph:
    """Return the graph that the evidence of a case shows."""
    found: dict[ObjectRef, dict[ObjectRef, set[EvidenceId]]] = {}
    told = (*_configured(case), *_measured(case), *_named_in_logs(case), *_traced(case))
    for caller, callee, id_ in told:
        if caller != callee:
            found.setdefault(caller, {}).setdefault(callee, set()).add(id_)
    return Graph(
        {
            caller: {callee: tuple(sorted(ids)) for callee, ids in out.items()}
            for caller, out in found.items()
        }
    )


Edge = tuple[ObjectRef, ObjectRef, EvidenceId]


def _configured(case: Case) -> Iterator[Edge]:
    templates = [(ref, row.id, row.fact.containers) for ref, row in case.controllers.items()]
    templates += [(ref, seen.id, seen.fact.containers) for ref, seen in case.workloads.items()]
    for ref, id_, containers in templates:
        for address in addresses(containers):
            callee = case.names.resolve(ref.namespace, address)
            if callee:
                yield ref, callee, id_


def addresses(containers: Iterable[Container]) -> Iterator[str]:
    """Return all that looks like an address in the variables and arguments of containers.

    A bare word is one only where its variable is named for an address.
    """
    for container in containers:
        for variable in container.env:
            is_address = bool(_ADDRESS_NAME.search(variable.name))
            for word in _SEPARATORS.split(variable.value or ""):
                if is_address or _is_address(word):
                    yield word
        for argument in (*container.command, *container.args):
            for word in re.split(r"[,;|\s=]+", argument):
                if _is_address(word):
                    yield word


def _is_address(word: str) -> bool:
    return "://" in word or bool(_HOST_AND_PORT.match(word))


def _measured(case: Case) -> Iterator[Edge]:
    for caller, seen in case.signals.items():
        for group in seen.fact.dependencies:
            callee = peer(case, caller, group.labels)
            if callee:
                yield caller, callee, seen.id


def peer(case: Case, caller: ObjectRef, labels: Mapping[str, str]) -> ObjectRef | None:
    """Return what a client metric's peer label means: a workload, or a host outside of them."""
    name = labels.get("peer", "")
    found = case.names.resolve(caller.namespace, name)
    return found or (ObjectRef(kind="Host", namespace="", name=name) if name else None)


def _traced(case: Case) -> Iterator[Edge]:
    """Return who was seen calling whom by the requests that were traced."""
    for seen in case.traces:
        for names in sorted(traced.calls(seen.fact)):
            caller, callee = (traced.workload(case.names, seen.fact, name) for name in names)
            if caller and callee:
                yield caller, callee, seen.id


def _named_in_logs(case: Case) -> Iterator[Edge]:
    for caller, seen in case.patterns.items():
        text = "\n".join(f"{pattern.template}\n{pattern.sample}" for pattern in seen.fact.patterns)
        for callee in peers_in_text(case, caller, text):
            yield caller, callee, seen.id


def peers_in_text(case: Case, caller: ObjectRef, text: str) -> tuple[ObjectRef, ...]:
    """Return the workloads that a text names as a peer: as an address, or after a word for one.

    The name alone is not enough: services bear the names of ordinary things.
    """
    found = set()
    for name, ref in case.names.mentioned(caller.namespace).items():
        if ref == caller or name not in text:
            continue
        word = re.escape(name)
        spoken = rf"\b{_SPEAKS_OF_PEER}[\"'\s:=(]+{word}(?![-\w])"
        addressed = rf"(?:://|@|[\s\"'(=]){word}(?:\.[-a-z0-9.]+)?(?::\d+|/)"
        blamed = rf"(?<![-\w]){word}:? .{{0,60}}?(?:answered|returned|responded|refused|unreachable|timed? ?out|no answer)"
        if re.search(f"{spoken}|{addressed}|{blamed}", text, re.IGNORECASE):
            found.add(ref)
    return tuple(sorted(found, key=str))
