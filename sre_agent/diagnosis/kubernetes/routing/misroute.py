"""Gateways that send a path to another service than the one it is for."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import calling, hosts
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.routing import references, routes
from sre_agent.diagnosis.kubernetes.routing.routes import Route
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.rules import ConfigMap
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_WORD = re.compile(r"[a-z0-9]+")
_GENERIC = re.compile(r"^(?:|api|rest|v\d+(?:\w+\d*)?)$")
"""Parts of a path that are nobody's name."""
_COMMON = 0.5
"""A part of more names than this says nothing (a prefix of the system, `service`)."""
_ROUTED = 0.6
"""A file that routes most of what its gateway calls is meant to route all of it."""
_SHARED = 0.8
"""What this share of the routed workloads reads, one more of them reads as well."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect routes whose name and path mean a workload that no route leads to."""
    for item in view.snapshot.configmaps:
        found = routes.read(item)
        if found:
            yield from _judge(_Table(view, item, found))


@dataclass(frozen=True)
class _Table:
    """The routes of one file, and whom they lead to."""

    view: View
    item: ConfigMap
    routes: Sequence[Route]

    def target(self, route: Route) -> tuple[ObjectRef, ...]:
        """Return the workloads a route leads to."""
        namespace = self.item.meta.ref.namespace
        service = hosts.service_of(self.view, namespace, route.host)
        if service:
            return self.view.behind(service)
        return self.view.workloads_named.get((namespace, route.host), ())

    def unrouted(self) -> list[ObjectRef]:
        """Return the workloads of the namespace that no route leads to."""
        routed = {ref for route in self.routes for ref in self.target(route)}
        namespace = self.item.meta.ref.namespace
        here = (ref for ref in self.view.workloads if ref.namespace == namespace)
        return [ref for ref in here if ref not in routed]


def _judge(table: _Table) -> Iterator[Hypothesis]:
    said: set[ObjectRef] = set()
    for hypothesis in (*_by_name(table), *_by_calls(table)):
        if hypothesis.object not in said:
            said.add(hypothesis.object)
            yield hypothesis


def _by_name(table: _Table) -> Iterator[Hypothesis]:
    """Suspect a route whose own words mean an unrouted workload, and not the one it leads to."""
    names = _plain_names(table.view.workloads)
    unrouted = table.unrouted()
    for route in table.routes:
        best = max((_fit(route, names[ref]) for ref in table.target(route)), default=0)
        fits = [(_fit(route, names[ref]), ref.name, ref) for ref in unrouted]
        score, _, meant = max(fits, default=(0, "", None), key=lambda item: item[:2])
        if meant and score > best:
            yield _suspect(table, route, meant, weights.POD_STATE)


def _by_calls(table: _Table) -> Iterator[Hypothesis]:
    """Suspect a route that contradicts itself of being for the one callee that has none."""
    odd = next((route for route in table.routes if _is_odd(table, route)), None)
    gateways = _users(table.view, table.item)
    if odd is None or not gateways:
        return
    callers = calling.callers(table.view)
    called = {ref for ref, by in callers.items() if any(item in by for item in gateways)}
    unrouted = [ref for ref in table.unrouted() if ref in called and ref not in gateways]
    if not unrouted or len(unrouted) > len(called) * (1 - _ROUTED):
        return
    meant = _likeliest(table, odd, unrouted)
    busiest = max(meant, key=lambda ref: (_calls(callers, ref), ref.name))
    for ref in meant:
        is_best = ref == busiest
        weight = weights.CONTRADICTION if is_best else weights.GENERIC_STATE
        yield _suspect(table, odd, ref, weights.CONTRADICTION_SEEN if len(meant) == 1 else weight)


def _calls(callers: calling.Callers, ref: ObjectRef) -> int:
    """Return how much goes through a workload: what is busy is missed first."""
    return len(callers.get(ref, {})) + sum(ref in by for by in callers.values())


def _likeliest(table: _Table, odd: Route, unrouted: Sequence[ObjectRef]) -> Sequence[ObjectRef]:
    """Return who a route is meant for, by what it reads: the route's words, or nothing of its own.

    Who reads what all routed workloads read, and nothing named after something else, is possible.
    """
    words = frozenset(_WORD.findall(odd.name.lower()))
    settings = {ref: references.names(item.template) for ref, item in table.view.workloads.items()}
    readers = Counter(name for names in settings.values() for name in names)
    own = {ref: {name for name in settings[ref] if readers[name] == 1} for ref in unrouted}
    by_words = [
        ref
        for ref in unrouted
        if words and any(words <= set(_WORD.findall(name.lower())) for name in own[ref])
    ]
    routed = [ref for route in table.routes for ref in table.target(route)]
    counts = Counter(name for ref in routed for name in settings[ref])
    shared = {name for name, count in counts.items() if count >= len(routed) * _SHARED}
    alike = [ref for ref in unrouted if shared <= settings[ref]]
    return by_words or [ref for ref in alike if not own[ref]] or alike or unrouted


def _is_odd(table: _Table, route: Route) -> bool:
    """Return whether a route's name and path contradict the variable it takes its host from."""
    if not route.variable:
        return not table.target(route)
    stem = re.sub(r"_(?:SERVICE|SVC|HOST|ADDR(?:ESS)?|PORT|UR[LI])(?=_|$)", "", route.variable)
    return not _fit(route, "".join(_WORD.findall(stem.lower())))


def _users(view: View, item: ConfigMap) -> set[ObjectRef]:
    """Return the workloads that read a ConfigMap."""
    name, namespace = item.meta.ref.name, item.meta.ref.namespace
    return {
        ref
        for ref, owner in view.workloads.items()
        if ref.namespace == namespace and references.reads(owner.template, "ConfigMap", name)
    }


def _fit(route: Route, name: str) -> int:
    """Return how well a plain name fits a route's words: 0 is not at all, more is better."""
    if not name:
        return 0
    own = "".join(_WORD.findall(route.name.lower()))
    if own == name:
        return 2 * len(name) + 1
    first = next((part for part in route.path.split("/") if not _GENERIC.match(part)), "")
    segment = "".join(_WORD.findall(first.lower()))
    return 2 * len(name) if own.startswith(name) or segment.startswith(name) else 0


def _plain_names(workloads: Mapping[ObjectRef, object]) -> dict[ObjectRef, str]:
    """Return each workload's name without the parts that most names share."""
    parts = {ref: _WORD.findall(ref.name) for ref in workloads}
    seen = Counter(part for words in parts.values() for part in set(words))
    common = {part for part, count in seen.items() if count > max(len(parts) * _COMMON, 1)}
    return {
        ref: "".join(word for word in words if word not in common) or "".join(words)
        for ref, words in parts.items()
    }


def _suspect(table: _Table, route: Route | None, meant: ObjectRef, weight: float) -> Hypothesis:
    about = table.item.meta
    if route is None:
        statement = f"no route of {about.ref.name} leads to {meant.name}, which its gateway calls"
    else:
        statement = (
            f"{about.ref.name} sends {route.path} to {route.host}, and nothing to {meant.name}"
        )
    ids = [about.source, table.view.workloads[meant].meta.source]
    facts = {"config": about.ref.name, "route": route.path if route else ""}
    return cause(
        Suspect(FaultClass.GATEWAY_MISROUTE, meant),
        "routes.misroute",
        weight,
        statement,
        ids,
        **facts,
    )
