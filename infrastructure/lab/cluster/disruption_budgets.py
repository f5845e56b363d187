"""The disruption controller: keeps each PodDisruptionBudget's status true to its pods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infrastructure.lab.cluster import clock, disruptions, ownership
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

Object = dict[str, Any]

_BUDGET = KINDS["PodDisruptionBudget"]
_POD = KINDS["Pod"]
_CAUSES = frozenset({"Pod", "ReplicaSet", "Deployment"})


class DisruptionController:
    """Reconciles PodDisruptionBudgets."""

    name = "disruption-controller"

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the budget itself, or those of the namespace in which a workload changed."""
        if change.kind is _BUDGET:
            yield _key(change.object)
        elif change.kind.name in _CAUSES:
            namespace = change.object["metadata"]["namespace"]
            yield from map(_key, self._store.peek_all(_BUDGET, namespace))

    def everything(self) -> Iterable[Key]:
        """Return every budget."""
        yield from map(_key, self._store.peek_all(_BUDGET))

    def reconcile(self, key: Key) -> float | None:
        """Count the pods of one budget anew."""
        try:
            budget = self._store.get(_BUDGET, key.namespace, key.name)
        except NotFound:
            return None
        pods = [
            pod
            for pod in self._store.peek_all(_POD, key.namespace)
            if disruptions.covers(budget, pod)
        ]
        now = clock.now()
        status = disruptions.status_of(budget, pods, self._expected(pods), now)
        self._store.update(_BUDGET, budget | {"status": status}, status=True)
        return disruptions.forget_in_s(status, now)

    def _expected(self, pods: Sequence[Object]) -> int:
        """Return how many pods the controllers of these want; a pod without one counts itself."""
        wanted: dict[str, int] = {}
        for pod in pods:
            uid, count = self._scale(pod)
            wanted[uid] = count
        return sum(wanted.values())

    def _scale(self, pod: Object) -> tuple[str, int]:
        """Return whose replicas a pod is one of (by uid), and how many those should be."""
        uid, count = pod["metadata"]["uid"], 1
        owner, namespace = ownership.controller_of(pod), pod["metadata"]["namespace"]
        while owner is not None and owner["kind"] in KINDS:
            try:
                found = self._store.peek(KINDS[owner["kind"]], namespace, owner["name"])
            except NotFound:
                break
            uid, count = found["metadata"]["uid"], found["spec"].get("replicas", 1)
            owner = ownership.controller_of(found)
        return uid, count


def _key(obj: Object) -> Key:
    return Key(obj["metadata"]["namespace"], obj["metadata"]["name"])
