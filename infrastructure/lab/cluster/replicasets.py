"""The ReplicaSet controller: keeps the wanted number of pods of one template."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from infrastructure.lab.cluster import clock, label_match, ownership, pod_readiness, quotas
from infrastructure.lab.cluster.events import Recorder
from infrastructure.lab.cluster.jsonvalue import clone
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import (
    KINDS,
    AlreadyExists,
    Change,
    NotFound,
    Store,
)
from infrastructure.lab.cluster.store_errors import Forbidden

Object = dict[str, Any]

_REPLICA_SET = KINDS["ReplicaSet"]
_POD = KINDS["Pod"]
REPLICA_FAILURE = "ReplicaFailure"
FAILED_CREATE = "FailedCreate"
_SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5
BURST = 50
"""Pods created or deleted in one step, so that a huge number cannot hold up everything else."""


class ReplicaSetController:
    """Reconciles ReplicaSets."""

    name = "replicaset-controller"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events = Recorder(store, self.name)

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the ReplicaSet itself, or the one that controls (or may adopt) the changed pod."""
        obj = change.object
        if change.kind.name == "ReplicaSet":
            yield _key(obj)
        elif change.kind.name == "Pod":
            controller = ownership.controller_of(obj)
            if controller is None:
                yield from self._adopters(obj)
            elif controller["kind"] == "ReplicaSet":
                yield Key(obj["metadata"]["namespace"], controller["name"])

    def everything(self) -> Iterable[Key]:
        """Return every ReplicaSet."""
        yield from map(_key, self._store.peek_all(_REPLICA_SET))

    def reconcile(self, key: Key) -> float | None:
        """Create or delete the pods that are missing or too many, then count them."""
        try:
            replica_set = self._store.get(_REPLICA_SET, key.namespace, key.name)
        except NotFound:
            return None
        pods = ownership.owned(self._store, _POD, replica_set)
        active = [pod for pod in pods if pod_readiness.is_active(pod)]
        again_s, refusal = None, None
        if not replica_set["metadata"].get("deletionTimestamp"):
            missing = replica_set["spec"].get("replicas", 1) - len(active)
            refusal = self._create(replica_set, min(missing, BURST))
            self._delete(replica_set, active, min(-missing, BURST))
            again_s = 0.0 if abs(missing) > BURST else None
        waiting_s = self._publish(replica_set, refusal)
        if refusal is not None:
            raise refusal  # tried again, each time twice as late as before
        return waiting_s if again_s is None else again_s

    def _create(self, replica_set: Object, count: int) -> Forbidden | None:
        """Create pods until one is refused; return that refusal, of which an event tells."""
        for _ in range(count):
            try:
                name = self._create_pod(replica_set)
            except Forbidden as refusal:
                self._events.warning(replica_set, FAILED_CREATE, f"Error creating: {refusal}")
                return refusal
            self._events.normal(replica_set, "SuccessfulCreate", f"Created pod: {name}")
        return None

    def _create_pod(self, replica_set: Object) -> str:
        template = replica_set["spec"]["template"]
        meta = template.get("metadata") or {}
        prefix = f"{replica_set['metadata']['name']}-"
        draft = {
            "metadata": {
                "generateName": prefix,
                "namespace": replica_set["metadata"]["namespace"],
                "labels": clone(meta.get("labels") or {}),
                "ownerReferences": [ownership.reference_to(_REPLICA_SET, replica_set)],
            },
            "spec": clone(template["spec"]),
        }
        if meta.get("annotations"):
            draft["metadata"]["annotations"] = clone(meta["annotations"])
        while True:
            suffix = "".join(random.choices(_SUFFIX_ALPHABET, k=_SUFFIX_LENGTH))
            draft["metadata"]["name"] = prefix + suffix
            quotas.allow(self._store, _POD, self._store.admitted(_POD, draft))
            try:
                return str(self._store.create(_POD, draft)["metadata"]["name"])
            except AlreadyExists:
                continue

    def _delete(self, replica_set: Object, active: Sequence[Object], count: int) -> None:
        for pod in sorted(active, key=pod_readiness.deletion_rank)[: max(0, count)]:
            meta = pod["metadata"]
            self._store.begin_delete(_POD, meta["namespace"], meta["name"], uid=meta["uid"])
            self._events.normal(replica_set, "SuccessfulDelete", f"Deleted pod: {meta['name']}")

    def _publish(self, replica_set: Object, refusal: Forbidden | None) -> float | None:
        pods = ownership.owned(self._store, _POD, replica_set)
        active = [pod for pod in pods if pod_readiness.is_active(pod)]
        min_ready_s = replica_set["spec"].get("minReadySeconds", 0)
        now = clock.now()
        waits = [pod_readiness.available_in_s(pod, min_ready_s, now) for pod in active]
        labels = replica_set["spec"]["template"].get("metadata", {}).get("labels") or {}
        counted = {
            "fullyLabeledReplicas": sum(_wears(pod, labels) for pod in active),
            "readyReplicas": sum(wait is not None for wait in waits),
            "availableReplicas": sum(wait == 0 for wait in waits),
        }
        status = {
            "replicas": len(active),
            **{name: count for name, count in counted.items() if count},
            "terminatingReplicas": sum(_is_terminating(pod) for pod in pods),
            "observedGeneration": replica_set["metadata"].get("generation", 1),
            **_conditions(replica_set, refusal, clock.stamp(now)),
        }
        self._store.update(_REPLICA_SET, _reference(replica_set) | {"status": status}, status=True)
        return min((wait for wait in waits if wait), default=None)

    def _adopters(self, pod: Object) -> Iterable[Key]:
        labels = pod["metadata"].get("labels") or {}
        for replica_set in self._store.peek_all(_REPLICA_SET, pod["metadata"]["namespace"]):
            if label_match.matches(replica_set["spec"].get("selector"), labels):
                yield _key(replica_set)


def _conditions(replica_set: Object, refusal: Forbidden | None, at: str) -> Object:
    """Return the conditions: the first refusal stays told for as long as pods are refused."""
    if refusal is None:
        return {}
    told = (replica_set.get("status") or {}).get("conditions")
    first = {
        "type": REPLICA_FAILURE,
        "status": "True",
        "lastTransitionTime": at,
        "reason": FAILED_CREATE,
        "message": str(refusal),
    }
    return {"conditions": told or [first]}


def _key(obj: Object) -> Key:
    return Key(obj["metadata"]["namespace"], obj["metadata"]["name"])


def _reference(obj: Object) -> Object:
    meta = obj["metadata"]
    return {"metadata": {name: meta[name] for name in ("namespace", "name", "uid")}}


def _wears(pod: Object, labels: dict[str, str]) -> bool:
    return label_match.has_all(labels, pod["metadata"].get("labels") or {})


def _is_terminating(pod: Object) -> bool:
    return bool(pod["metadata"].get("deletionTimestamp")) and not pod_readiness.is_finished(pod)
