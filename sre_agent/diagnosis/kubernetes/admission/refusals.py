"""Objects that the API server refused to make, and still refuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_REASONS = frozenset({"FailedCreate", "FailedUpdate", "ReplicaSetCreateError", "Failed"})
_REFUSED = re.compile(
    r"forbidden|admission webhook|failed calling webhook|is invalid", re.IGNORECASE
)


@dataclass(frozen=True)
class Refusal:
    """A refusal that stands: for whom, and in whose words."""

    owner: ObjectRef
    said: str
    evidence: tuple[EvidenceId, ...]


def refusals(view: View) -> tuple[Refusal, ...]:
    """Return the refusals that stand, one for each owner and wording."""
    return view.once(_refusals)


def _refusals(view: View) -> tuple[Refusal, ...]:
    found: dict[tuple[ObjectRef, str], Refusal] = {}
    for item in (*_from_events(view), *_from_conditions(view)):
        key = (item.owner, _wording(item.said))
        known = found.get(key)
        evidence = (*known.evidence, *item.evidence) if known else item.evidence
        found[key] = Refusal(item.owner, item.said, evidence)
    return tuple(found[key] for key in sorted(found, key=lambda key: (str(key[0]), key[1])))


def short_of(view: View, owner: ObjectRef) -> int | None:
    """Return how many pods a workload is short of, or None where that is not known."""
    workload = view.workloads.get(owner)
    if workload is None or workload.desired is None:
        return None
    if not view.knows_all("Pod"):
        return max(workload.desired - workload.current, 0)
    gone = {"Failed", "Succeeded"}
    alive = (
        pod
        for pod in view.pods_of.get(owner, ())
        if pod.phase not in gone and pod.meta.deleted_at is None
    )
    return max(workload.desired - sum(1 for _ in alive), 0)


def _from_events(view: View) -> Iterator[Refusal]:
    made = _last_made(view)
    for event in view.snapshot.events:
        if event.reason not in _REASONS or not _REFUSED.search(event.message):
            continue
        owner = _owner(view, event.ref)
        if _is_over(view, event, owner, made):
            continue
        yield Refusal(owner, event.message, (event.source,))


def _from_conditions(view: View) -> Iterator[Refusal]:
    for item in (*view.workloads.values(), *view.snapshot.replicasets):
        for condition in item.conditions:
            if condition.type != "ReplicaFailure" or condition.status != "True":
                continue
            owner = _owner(view, item.meta.ref)
            said = f"{condition.reason}: {condition.message}"
            yield Refusal(owner, said, (item.meta.source,))


def _owner(view: View, ref: ObjectRef) -> ObjectRef:
    """Return the workload of a ReplicaSet, by its owner or, unread, by its name; else the object."""
    item = _replicaset(view, ref)
    if item:
        return view.owner(ref, item.meta.owners)
    if ref.kind != "ReplicaSet":
        return ref
    guess = ObjectRef.deployment(ref.namespace, ref.name.rpartition("-")[0])
    return guess if guess in view.workloads else ref


def _replicaset(view: View, ref: ObjectRef) -> Workload | None:
    return next((item for item in view.snapshot.replicasets if item.meta.ref == ref), None)


def _last_made(view: View) -> dict[ObjectRef, datetime]:
    """Return when each object last made what it was asked to."""
    found: dict[ObjectRef, datetime] = {}
    for event in view.snapshot.events:
        at = event.last_at
        if event.reason == "SuccessfulCreate" and at:
            found[event.ref] = max(at, found.get(event.ref, at))
    return found


def _is_over(view: View, event: Event, owner: ObjectRef, made: dict[ObjectRef, datetime]) -> bool:
    """Return whether what was refused has been made since, or is wanted no more."""
    if owner.kind == "ReplicaSet" and view.knows_all("ReplicaSet") and owner not in view.workloads:
        return _replicaset(view, event.ref) is None
    item = _replicaset(view, event.ref)
    if item is not None and item.desired is not None:
        return item.current >= item.desired
    workload, missing = view.workloads.get(owner), short_of(view, owner)
    if workload is not None and missing is not None:
        # Old pods may stand in for new ones that are refused.
        return missing == 0 and workload.updated >= (workload.desired or 0)
    since = made.get(event.ref)
    return bool(since and event.last_at and since > event.last_at)


def _wording(said: str) -> str:
    """Return a message without the names that were made up for the refused objects."""
    _, _, reason = said.partition("forbidden")
    return reason or said
