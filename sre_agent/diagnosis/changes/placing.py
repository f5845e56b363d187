"""Which changes were made where the incident is: in its namespaces, or in what has to do with it elsewhere."""

from collections.abc import Iterable

from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.timeline import Change, ChangeKind

_OF_ALL = "kube-system"
"""The namespace of what a whole cluster rests on."""
_CODE = frozenset({ChangeKind.COMMIT, ChangeKind.PULL_REQUEST})
_SETTINGS = frozenset({ChangeKind.CONFIG, ChangeKind.SECRET})
_PARTS = 3
"""Parts of a name that is written `Kind/namespace/name`."""


def here(situation: Situation, change: Change) -> Change | None:
    """Return a change as far as it was made where the incident is, or None; code is made nowhere.

    Of the services that it names those elsewhere are left out.
    """
    homes = _homes(situation)
    if change.kind in _CODE or not homes:
        return change
    place = _namespace(change)
    if not change.services:
        return change if not place or place in homes | {_OF_ALL} else None
    said_in = place or situation.case.incident.namespace
    kept = tuple(name for name in change.services if _is_here(situation, said_in, name))
    return change.model_copy(update={"services": kept}) if kept else None


def concerned(situation: Situation, known: Iterable[ObjectRef]) -> tuple[ObjectRef, ...]:
    """Return the workloads of the incident's namespaces, and those elsewhere that are called or call."""
    homes = _homes(situation)
    return tuple(ref for ref in known if not homes or _has_to_do(situation, ref))


def called(situation: Situation, ref: ObjectRef) -> str:
    """Return what a workload is called: as a host with its namespace where one of the incident's has its name."""
    homes = _homes(situation)
    if ref.namespace in homes or not homes:
        return ref.name
    others = (situation.case.names.resolve(home, ref.name) for home in sorted(homes))
    is_another = any(other and other.name == ref.name for other in others)
    return f"{ref.name}.{ref.namespace}" if is_another else ref.name


def _homes(situation: Situation) -> frozenset[str]:
    """Return the namespaces of the incident: its own, and those of the workloads that alerts name."""
    named = (ref.namespace for ref in situation.anchors)
    return frozenset({situation.case.incident.namespace, *named} - {""})


def _namespace(change: Change) -> str:
    parts = change.object.split("/")
    is_full = change.kind in _SETTINGS and len(parts) == _PARTS
    return change.namespace or (parts[1] if is_full else "")


def _is_here(situation: Situation, namespace: str, name: str) -> bool:
    ref = situation.case.names.resolve(namespace, name)
    if ref is None:
        return not namespace or namespace in _homes(situation) | {_OF_ALL}
    return _has_to_do(situation, ref)


def _has_to_do(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether a workload is one of the incident's, or calls or is called by what alerts name."""
    if ref.namespace in _homes(situation) | {_OF_ALL}:
        return True
    graph = situation.graph
    return any(graph.path(anchor, ref) or graph.path(ref, anchor) for anchor in situation.anchors)
