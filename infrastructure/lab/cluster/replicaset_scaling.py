"""How a Deployment sets the size of its ReplicaSets, and tells so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infrastructure.lab.cluster import revisions, rollout
from infrastructure.lab.cluster.events import Recorder
from infrastructure.lab.cluster.store import KINDS, Store

Object = dict[str, Any]

_REPLICA_SET = KINDS["ReplicaSet"]


class ReplicaSetScaling:
    """Resizes ReplicaSets on behalf of their Deployment."""

    def __init__(self, store: Store, events: Recorder) -> None:
        self._store = store
        self._events = events

    def size(self, replica_set: Object) -> rollout.Size:
        """Return a ReplicaSet as the rollout arithmetic sees it."""
        meta = replica_set["metadata"]
        annotations = meta.get("annotations") or {}
        return rollout.Size(
            name=meta["name"],
            replicas=replica_set["spec"].get("replicas", 0),
            available=(replica_set.get("status") or {}).get("availableReplicas", 0),
            created=meta["creationTimestamp"],
            max_replicas=int(annotations.get(revisions.MAX_REPLICAS, 0)),
        )

    def marks(self, deployment: Object) -> dict[str, str]:
        """Return the annotations that remember the Deployment's size when it last scaled."""
        wanted = deployment["spec"].get("replicas", 1)
        surge = rollout.limits_of(deployment["spec"]).surge
        return {
            revisions.DESIRED_REPLICAS: str(wanted),
            revisions.MAX_REPLICAS: str(wanted + surge),
        }

    def is_resized(self, deployment: Object, replica_sets: Sequence[Object]) -> bool:
        """Return whether the Deployment's replicas changed since its ReplicaSets were scaled."""
        wanted = str(deployment["spec"].get("replicas", 1))
        return any(
            (each["metadata"].get("annotations") or {}).get(revisions.DESIRED_REPLICAS, wanted)
            != wanted
            for each in replica_sets
            if each["spec"].get("replicas", 0) > 0
        )

    def resize(self, deployment: Object, current: Object | None, old: Sequence[Object]) -> None:
        """Bring the ReplicaSets to the Deployment's new size without advancing a rollout."""
        wanted = deployment["spec"].get("replicas", 1)
        everyone = [*old, *([current] if current else [])]
        active = [each for each in everyone if each["spec"].get("replicas", 0) > 0]
        if len(active) <= 1:
            target = active[0] if active else current or _latest(old)
            if target is not None:
                self.scale(deployment, target, wanted)
            return
        if current is not None and _is_saturated(deployment, current):
            gone = {each["metadata"]["name"]: 0 for each in active if each is not current}
            self.scale_each(deployment, old, gone)
            return
        limits = rollout.limits_of(deployment["spec"])
        sizes = rollout.proportional(wanted, limits, [self.size(each) for each in active])
        unchanged = {each["metadata"]["name"]: each["spec"]["replicas"] for each in active}
        self.scale_each(deployment, active, unchanged | sizes)

    def scale_each(
        self, deployment: Object, replica_sets: Sequence[Object], sizes: Mapping[str, int]
    ) -> None:
        """Scale the ReplicaSets that `sizes` names."""
        for replica_set in replica_sets:
            name = replica_set["metadata"]["name"]
            if name in sizes:
                self.scale(deployment, replica_set, sizes[name])

    def scale(self, deployment: Object, replica_set: Object, replicas: int) -> Object:
        """Set a ReplicaSet's size and remember the Deployment's; return it."""
        before = replica_set["spec"].get("replicas", 0)
        meta = replica_set["metadata"]
        meta["annotations"] = (meta.get("annotations") or {}) | self.marks(deployment)
        replica_set["spec"]["replicas"] = replicas
        updated = self._store.update(_REPLICA_SET, replica_set)
        if before != replicas:
            direction = "up" if replicas > before else "down"
            message = f"Scaled {direction} replica set {meta['name']} from {before} to {replicas}"
            self._events.normal(deployment, "ScalingReplicaSet", message)
        return updated


def _latest(replica_sets: Sequence[Object]) -> Object | None:
    return max(replica_sets, key=revisions.revision_of, default=None)


def _is_saturated(deployment: Object, replica_set: Object) -> bool:
    wanted = deployment["spec"].get("replicas", 1)
    annotations = replica_set["metadata"].get("annotations") or {}
    return bool(
        replica_set["spec"].get("replicas", 0) == wanted
        and int(annotations.get(revisions.DESIRED_REPLICAS, 0)) == wanted
        and (replica_set.get("status") or {}).get("availableReplicas", 0) == wanted
    )
