"""What people wrote to the cluster's objects of late, and which workloads each such change can reach.

A workload that is given a setting as a variable, or as a single file, reads it when a pod starts, and
never again; what is mounted whole reaches pods that run.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.changes import ObjectChange
from sre_agent.domain.cluster.meta import Meta
from sre_agent.domain.cluster.pods import PodSpec, Reference
from sre_agent.domain.objects import ObjectRef

SETTINGS = frozenset({"ConfigMap", "Secret"})
FOUNDING = timedelta(minutes=5)
"""What is made within this of the first workload of a namespace came with it."""
SETTLING = timedelta(seconds=30)
"""The last things of a founding are made within this of its last workload."""
_AT_ONCE = timedelta(seconds=5)
_GIVEN = frozenset({"kube-root-ca.crt"})
_BOOKKEEPING = ("kubernetes.io/service-account-token", "helm.sh/")
"""Secrets that programs write for themselves."""


@dataclass(frozen=True)
class Reading:
    """How a workload reads a setting: while it runs, or at its start only."""

    is_live: bool


def at(change: ObjectChange) -> datetime:
    """Return the moment of a change."""
    return datetime.fromtimestamp(change.at_s, UTC)


def told(change: ObjectChange) -> str:
    """Return what was done to which object, as the begin of a sentence."""
    return f"{change.ref} {'was made' if change.is_new else 'was changed'}"


def recent(view: View, since: datetime) -> tuple[ObjectChange, ...]:
    """Return what was made or written since a moment, oldest first; a namespace's founding is none."""
    founded = _founded(view)
    found = (_change(meta, since, founded.get(meta.ref.namespace)) for meta in _people_write(view))
    changes = (change for change in found if change)
    return tuple(sorted(changes, key=lambda item: (item.at_s, str(item.ref))))


def reached(view: View, change: ObjectChange) -> tuple[ObjectRef, ...]:
    """Return the workloads that a change can reach, whether or not it has."""
    inside = [ref for ref in view.workloads if ref.namespace == change.ref.namespace]
    match change.ref.kind:
        case "ConfigMap" | "Secret":
            found = [ref for ref in inside if reading(view, ref, change.ref)]
        case "Service":
            place = (change.ref.namespace, change.ref.name)
            service = view.services.get(place)
            behind = view.behind(service) if service else ()
            found = [*behind, *view.workloads_named.get(place, ())]
        case "NetworkPolicy":
            found = [ref for ref in inside if _is_bound(view, ref, change.ref)]
        case "HorizontalPodAutoscaler":
            scaled = {
                item.target for item in view.snapshot.autoscalers if item.meta.ref == change.ref
            }
            found = [ref for ref in inside if ref in scaled]
        case _:
            found = inside
    return tuple(sorted(set(found), key=str))


def reading(view: View, workload: ObjectRef, setting: ObjectRef) -> Reading | None:
    """Return how a workload reads a ConfigMap or Secret, None where it does not."""
    spec = view.workloads[workload].template

    def is_it(reference: Reference | None) -> bool:
        return reference is not None and (reference.kind, reference.name) == (
            setting.kind,
            setting.name,
        )

    mounted = {volume.name for volume in spec.volumes if is_it(volume.reference)}
    if mounted:
        return Reading(is_live=not _is_cut_out(spec, mounted))
    return Reading(is_live=False) if any(map(is_it, _variables(spec))) else None


def has_started_since(view: View, workload: ObjectRef, moment: datetime) -> bool:
    """Return whether a container of a workload was started after a moment."""
    return any(
        begun >= moment
        for pod in view.pods_of.get(workload, ())
        for begun in (pod.meta.created_at, *(status.started_at for status in pod.statuses))
        if begun
    )


def _is_cut_out(spec: PodSpec, volumes: Collection[str]) -> bool:
    """Return whether only single files of volumes are mounted (`subPath`): these stay as they were."""
    mounts = [
        mount
        for container in (*spec.init_containers, *spec.containers)
        for mount in container.mounts
        if mount.volume in volumes
    ]
    return bool(mounts) and all(mount.sub_path for mount in mounts)


def _variables(spec: PodSpec) -> Iterator[Reference | None]:
    for container in (*spec.init_containers, *spec.containers):
        yield from container.env_from
        yield from (item.reference for item in container.env)


def _is_bound(view: View, workload: ObjectRef, policy: ObjectRef) -> bool:
    labels = view.workloads[workload].template_labels
    return any(
        item.selector.matches(labels)
        for item in view.snapshot.network_policies
        if item.meta.ref == policy
    )


def _people_write(view: View) -> Iterator[Meta]:
    """Yield the heads of the objects that people write; what a controller owns is its own doing."""
    found = view.snapshot
    secrets = (item for item in found.secrets if not item.type.startswith(_BOOKKEEPING))
    groups = (
        found.configmaps,
        secrets,
        found.services,
        found.network_policies,
        found.quotas,
        found.limit_ranges,
        found.autoscalers,
    )
    for group in groups:
        for item in group:
            if not item.meta.owners and item.meta.ref.name not in _GIVEN:
                yield item.meta


def _change(meta: Meta, since: datetime, founded: datetime | None) -> ObjectChange | None:
    when = meta.written_at or meta.created_at
    if when is None or when < since or (founded and when <= founded):
        return None
    is_new = meta.created_at is not None and when - meta.created_at <= _AT_ONCE
    return ObjectChange(ref=meta.ref, at_s=when.timestamp(), is_new=is_new, source=meta.source)


def _founded(view: View) -> Mapping[str, datetime]:
    """Return when each namespace had got its first workloads."""
    born: dict[str, list[datetime]] = {}
    for ref, item in view.workloads.items():
        if item.meta.created_at:
            born.setdefault(ref.namespace, []).append(item.meta.created_at)
    return {
        name: max(each for each in times if each <= min(times) + FOUNDING) + SETTLING
        for name, times in born.items()
    }
