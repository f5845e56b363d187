"""The quota controller: keeps each ResourceQuota's status true to what its namespace uses."""

from __future__ import annotations

from collections.abc import Iterable

from infrastructure.lab.cluster import quotas
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

_QUOTA = KINDS["ResourceQuota"]
_UNCOUNTED = frozenset({"Endpoints", "Event"})
"""Kinds that change all the time and that nobody limits."""


class QuotaController:
    """Reconciles ResourceQuotas."""

    name = "resourcequota-controller"

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the quotas of the namespace in which something changed."""
        namespace = change.object["metadata"].get("namespace")
        if namespace and change.kind.name not in _UNCOUNTED:
            yield from self._keys(namespace)

    def everything(self) -> Iterable[Key]:
        """Return every quota."""
        yield from self._keys(None)

    def reconcile(self, key: Key) -> float | None:
        """Write what is granted and what is used."""
        try:
            quota = self._store.get(_QUOTA, key.namespace, key.name)
        except NotFound:
            return None
        status = {
            "hard": dict((quota.get("spec") or {}).get("hard") or {}),
            "used": quotas.shown(quotas.used(self._store, quota)),
        }
        self._store.update(_QUOTA, {**quota, "status": status}, status=True)
        return None

    def _keys(self, namespace: str | None) -> Iterable[Key]:
        for quota in self._store.peek_all(_QUOTA, namespace):
            yield Key(quota["metadata"]["namespace"], quota["metadata"]["name"])
