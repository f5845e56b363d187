"""Which workloads are databases, and which of them somebody means."""

import re
from collections.abc import Mapping

from sre_agent.diagnosis.kubernetes import calling, hosts
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.objects import ObjectRef

_IMAGES = re.compile(
    r"(?:^|[/_.-])(?:mysql|mariadb|percona|postgres\w*|postgis|timescaledb|redis|valkey|mongo\w*"
    r"|oracle|mssql|cockroach\w*|cassandra|scylla|clickhouse\w*|bitnami/(?:mysql|postgresql))(?=[-_:@/]|$)"
)
_EXPORTERS = re.compile(r"exporter|operator|backup|client|admin|proxy|router")
PORTS = frozenset({1433, 1521, 3306, 5432, 6379, 9042, 26257, 27017, 33060})


def is_database(template: PodSpec) -> bool:
    """Return whether a template's first containers run a database, by image and port."""
    for item in template.containers:
        image = item.image.rpartition("@")[0] or item.image
        by_image = _IMAGES.search(image) and not _EXPORTERS.search(image)
        if by_image or PORTS & {port.number for port in item.ports}:
            return True
    return False


def engine(template: PodSpec) -> str:
    """Return what runs a database, as its image is called; empty where only its port tells."""
    found = (
        _IMAGES.search(item.image.rpartition("@")[0] or item.image) for item in template.containers
    )
    return next((item[0].strip("/_.-") for item in found if item), "")


def databases(view: View) -> tuple[ObjectRef, ...]:
    """Return the workloads that are databases, by their names."""
    return view.once(_databases)


def _databases(view: View) -> tuple[ObjectRef, ...]:
    found = (ref for ref, item in view.workloads.items() if is_database(item.template))
    return tuple(sorted(found, key=str))


def meant(view: View, client: ObjectRef, line: str = "") -> ObjectRef | None:
    """Return the database that a client uses: the one its line names, it calls, or that is left.

    Where several are possible, one that has clients of its own by configuration is passed over.
    """
    known = databases(view)
    named = named_in(view, client.namespace, line, known)
    if named:
        return named
    callers = calling.callers(view)
    mine = [ref for ref in known if client in callers.get(ref, {})]
    near = [ref for ref in known if ref.namespace == client.namespace]
    free = [ref for ref in near if not callers.get(ref)]
    for choice in (mine, free, near):
        if choice:
            return min(choice, key=lambda ref: (-_trouble(view, ref), str(ref)))
    return None


def named_in(
    view: View, namespace: str, line: str, known: tuple[ObjectRef, ...]
) -> ObjectRef | None:
    """Return the database whose Service, name or address stands in a line."""
    for host, _ in hosts.in_text(line):
        service = hosts.service_of(view, namespace, host)
        behind = view.behind(service) if service else ()
        for ref in (*behind, *view.workloads_named.get((namespace, host), ())):
            if ref in known:
                return ref
    return None


def ports_of(view: View, ref: ObjectRef) -> Mapping[int, str]:
    """Return the ports at which a database is reached, and the Service that has each."""
    return {
        port.port: service.meta.ref.name
        for service in view.services_of.get(ref, ())
        for port in service.ports
    }


def is_up(view: View, ref: ObjectRef) -> bool:
    """Return whether any pod of a database is ready."""
    return any(pod.ready for pod in view.pods_of.get(ref, ()))


def _trouble(view: View, ref: ObjectRef) -> float:
    """Return how unwell a database looks, to tell several apart."""
    pods = view.pods_of.get(ref, ())
    warned = sum(event.type == "Warning" for event in view.events_about(ref))
    return float(sum(not pod.ready for pod in pods)) + min(warned, 1)
