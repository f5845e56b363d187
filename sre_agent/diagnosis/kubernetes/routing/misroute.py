"""Gateways that send a path to another service than the one it is for."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import calling, hosts
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.routing import routes
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
    """Suspect the one route that is missing for what the gateway is known to call."""
    gateways = _users(table.view, table.item)
    callers = calling.callers(table.view)
    called = {ref for ref, by in callers.items() if any(item in by for item in gateways)}
    unrouted = [ref for ref in table.unrouted() if ref in called and ref not in gateways]
    if not unrouted or len(unrouted) > len(called) * (1 - _ROUTED):
        return
    odd = [route for route in table.routes if _is_odd(table, route)]
    for ref in unrouted:
        weight = weights.CONTRADICTION_SEEN if odd and len(unrouted) == 1 else weights.GENERIC_STATE
        route = odd[0] if odd else None
        yield _suspect(table, route, ref, weight)


def _is_odd(table: _Table, route: Route) -> bool:
    """Return whether a route's name and path contradict the variable it takes its host from."""
    if not route.variable:
        return not table.target(route)
    stem = re.sub(r"_(?:SERVICE|SVC|HOST|ADDR(?:ESS)?|PORT|UR[LI])(?=_|$)", "", route.variable)
    return not _fit(route, "".join(_WORD.findall(stem.lower())))


def _users(view: View, item: ConfigMap) -> set[ObjectRef]:
    """Return the workloads that read a ConfigMap, or are named like it."""
    name = item.meta.ref.name
    found: set[ObjectRef] = set()
    for ref, owner in view.workloads.items():
        boxes = owner.template.containers
        asked = [volume.reference for volume in owner.template.volumes]
        asked += [reference for box in boxes for reference in box.env_from]
        if ref.namespace == item.meta.ref.namespace and any(
            found_.kind == "ConfigMap" and found_.name == name for found_ in asked if found_
        ):
            found.add(ref)
    return found


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
