"""The garbage collector: objects whose owners, or whose namespace, are gone follow them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, Kind, NotFound, Store

Object = dict[str, Any]

EVENT_AGE = timedelta(hours=1)
"""Events last seen longer ago than this are dropped, as a real API server does by default."""
EVENT_SWEEP_S = 60.0
_SWEEP = Key("", "", "Event")
_DEPENDENT_KINDS = ("ReplicaSet", "Pod")
_EMPTIED_KINDS = (
    "Deployment",
    "ReplicaSet",
    "Pod",
    "Service",
    "Endpoints",
    "ConfigMap",
    "ResourceQuota",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Event",
)


class GarbageCollector:
    """Deletes in the background what nothing owns any more."""

    name = "generic-garbage-collector"

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the dependents of a deleted owner, and new objects that may be orphans."""
        kind, meta = change.kind.name, change.object["metadata"]
        if change.type == "DELETED" and kind == "Namespace":
            yield Key("", meta["name"], "Namespace")
        elif change.type == "DELETED" and kind in ("Deployment", "ReplicaSet"):
            yield from self._dependents(change.object)
        elif change.type == "ADDED" and meta.get("ownerReferences"):
            yield Key(meta["namespace"], meta["name"], kind)

    def everything(self) -> Iterable[Key]:
        """Return every object that has an owner, and the sweep of old events."""
        yield _SWEEP
        for kind in _DEPENDENT_KINDS:
            for obj in self._store.peek_all(KINDS[kind]):
                if obj["metadata"].get("ownerReferences"):
                    yield Key(obj["metadata"]["namespace"], obj["metadata"]["name"], kind)

    def reconcile(self, key: Key) -> float | None:
        """Delete the object if all its owners are gone; empty a namespace that is gone."""
        if key == _SWEEP:
            self._store.expire_events(EVENT_AGE)
            return EVENT_SWEEP_S
        if key.kind == "Namespace":
            self._empty(key.name)
        else:
            self._collect(key)
        return None

    def _collect(self, key: Key) -> None:
        kind = KINDS[key.kind]
        try:
            obj = self._store.peek(kind, key.namespace, key.name)
        except NotFound:
            return
        references = obj["metadata"].get("ownerReferences") or ()
        if references and not any(self._lives(each, key.namespace) for each in references):
            self._store.begin_delete(kind, key.namespace, key.name, uid=obj["metadata"]["uid"])

    def _lives(self, reference: Object, namespace: str) -> bool:
        kind = KINDS.get(reference["kind"])
        if kind is None:
            return True  # an owner the cluster knows nothing about is never judged dead
        try:
            owner = self._store.peek(
                kind, namespace if kind.namespaced else None, reference["name"]
            )
        except NotFound:
            return False
        return bool(owner["metadata"]["uid"] == reference["uid"])

    def _dependents(self, owner: Object) -> Iterable[Key]:
        uid, namespace = owner["metadata"]["uid"], owner["metadata"]["namespace"]
        for kind in _DEPENDENT_KINDS:
            for obj in self._store.peek_all(KINDS[kind], namespace):
                references = obj["metadata"].get("ownerReferences") or ()
                if any(reference["uid"] == uid for reference in references):
                    yield Key(namespace, obj["metadata"]["name"], kind)

    def _empty(self, namespace: str) -> None:
        if self._exists(KINDS["Namespace"], namespace):
            return  # it was created again meanwhile
        for name in _EMPTIED_KINDS:
            for obj in self._store.peek_all(KINDS[name], namespace):
                self._store.begin_delete(KINDS[name], namespace, obj["metadata"]["name"])

    def _exists(self, kind: Kind, name: str) -> bool:
        try:
            self._store.peek(kind, None, name)
        except NotFound:
            return False
        return True
