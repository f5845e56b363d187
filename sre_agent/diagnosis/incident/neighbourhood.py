"""Who calls whom in a cluster at rest: from the addresses in templates, before anything is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.incident import topology
from sre_agent.diagnosis.incident.names import host_of, match_services
from sre_agent.domain.causes import Dependency
from sre_agent.domain.objects import CONTROLLERS
from sre_agent.domain.observations.kubernetes import Resource


@dataclass(frozen=True, order=True)
class Call:
    """One service of a namespace calls another; both by names under which alerts may speak of them."""

    namespace: str
    caller: str
    callee: str


def configured(resources: Iterable[Resource]) -> frozenset[Call]:
    """Return the calls that workloads are configured for, to Services and workloads beside them.

    A workload and the Services in front of it count as calling each other: of the same trouble one
    alert may name the one and another the other.
    """
    rows = list(resources)
    workloads = [row for row in rows if row.object.kind in CONTROLLERS]
    services = [row for row in rows if row.object.kind == "Service"]
    called = _names(workloads, services)
    found = set()
    for row in workloads:
        place, name = row.object.namespace, row.object.name
        own = called[place, name]
        for address in topology.addresses(row.containers):
            where = _place(address, place)
            callees = called.get(where, ()) if where[0] == place else ()
            found |= {Call(place, caller, callee) for caller in own for callee in callees}
        found |= {Call(place, name, other) for other in own}
    return frozenset(call for call in found if call.caller != call.callee)


def investigated(dependencies: Iterable[Dependency]) -> frozenset[Call]:
    """Return the calls within a namespace that an investigation has found."""
    return frozenset(
        Call(item.caller.namespace, item.caller.name, item.callee.name)
        for item in dependencies
        if item.caller.namespace == item.callee.namespace
    )


def _names(
    workloads: Sequence[Resource], services: Sequence[Resource]
) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return, for each name in a namespace, all names of the same thing."""
    behind = match_services(
        [(row.object, row.selector) for row in services],
        [(row.object, {**row.labels, **row.selector}) for row in workloads],
    )
    names: dict[tuple[str, str], set[str]] = {
        (row.object.namespace, row.object.name): {row.object.name}
        for row in (*services, *workloads)
    }
    for (place, service), workload in behind.items():
        names[place, workload.name].add(service)
    for (place, service), workload in behind.items():
        names[place, service] |= names[place, workload.name]
    return {key: frozenset(found) for key, found in names.items()}


def _place(address: str, namespace: str) -> tuple[str, str]:
    """Return the namespace and the name that an address in a namespace means."""
    name, _, rest = (host_of(address) or "").partition(".")
    return (rest.partition(".")[0] if rest else namespace, name)
