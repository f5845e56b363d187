"""The cluster's objects, in memory: optimistic concurrency, resource versions and change feed.

Rules every caller may rely on:
- objects are copied in and out, so that a caller owns what it holds;
- `create` and `update` fill in the defaults a real API server would (pod and template fields,
  rollout strategy, a Service's clusterIP, a pod's `status.phase: Pending` …);
- `update` never touches `.status`, `update(status=True)` never touches anything else;
- `metadata.uid`, `creationTimestamp`, `generation` and the deletion mark cannot be changed by `update`;
- `begin_delete` asks for the end of a pod and marks it; whoever runs it calls `delete` once it is over.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from infrastructure.lab.cluster import clock, dating
from infrastructure.lab.cluster.changes import Change, Gone, Journal, Subscription
from infrastructure.lab.cluster.jsonvalue import clone
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store_errors import AlreadyExists, Conflict, NotFound, StoreError

__all__ = [
    "KINDS",
    "AlreadyExists",
    "Change",
    "Conflict",
    "Gone",
    "Kind",
    "NotFound",
    "Store",
    "StoreError",
    "Subscription",
]

Object = dict[str, Any]
Changes = list[Change]
Admit = Callable[[Kind, Object], None]

MAX_EVENTS = 2000
"""Event objects kept; the oldest are dropped first."""
_GENERATED = frozenset({"Pod", "Deployment", "ReplicaSet", "PodDisruptionBudget"})
_KEPT_METADATA = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
)
DEFAULT_GRACE_S = 30


class Store:
    """All objects of the cluster. For one event loop; every method is synchronous."""

    def __init__(
        self,
        admit: Admit = lambda _kind, _obj: None,
        now: Callable[[], datetime] = clock.now,
        max_events: int = MAX_EVENTS,
    ) -> None:
        self._admit = admit
        self._now = now
        self._max_events = max_events
        self._objects: dict[str, dict[tuple[str, str], Object]] = {name: {} for name in KINDS}
        self._journal = Journal()
        self._version = 1

    @property
    def resource_version(self) -> int:
        """Return the version of the latest change."""
        return self._version

    def peek(self, kind: Kind, namespace: str | None, name: str) -> Object:
        """Return the stored object itself, which must not be modified.

        Raises:
            NotFound: when there is none.
        """
        try:
            return self._objects[kind.name][(namespace or "", name)]
        except KeyError:
            raise NotFound(kind, name) from None

    def peek_all(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """Return stored objects themselves, ordered by namespace and name; not to be modified."""
        found = self._objects[kind.name]
        return [found[key] for key in sorted(found) if namespace is None or key[0] == namespace]

    def get(self, kind: Kind, namespace: str | None, name: str) -> Object:
        """Return a copy of one object.

        Raises:
            NotFound: when there is none.
        """
        return clone(self.peek(kind, namespace, name))

    def list(self, kind: Kind, namespace: str | None = None) -> tuple[list[Object], int]:
        """Return copies of all objects of a kind (of one namespace), and the resource version."""
        return [clone(obj) for obj in self.peek_all(kind, namespace)], self._version

    def admitted(self, kind: Kind, obj: Object) -> Object:
        """Return the object as it would be stored, defaults filled in, without storing it."""
        new = clone(obj)
        new["apiVersion"], new["kind"] = kind.api_version, kind.name
        self._admit(kind, new)
        return new

    def create(self, kind: Kind, obj: Object, *, dry_run: bool = False) -> Object:
        """Store a new object and return it with uid, creationTimestamp and versions filled in.

        With `dry_run` nothing is stored, and the answer has no resourceVersion.

        Raises:
            AlreadyExists: when the name is taken.
        """
        new = clone(obj)
        new["apiVersion"], new["kind"] = kind.api_version, kind.name
        meta = new.setdefault("metadata", {})
        key = (meta.get("namespace") or "", meta["name"])
        if key in self._objects[kind.name]:
            raise AlreadyExists(kind, key[1])
        meta["uid"] = str(uuid.uuid4())
        meta["creationTimestamp"] = clock.stamp(self._now())
        if kind.name in _GENERATED:
            meta["generation"] = 1
        meta.pop("resourceVersion", None)
        self._admit(kind, new)
        if dry_run:
            return new
        self._commit("ADDED", kind, key, new)
        if kind.name == "Event":
            self._drop_surplus_events()
        return clone(new)

    def update(
        self, kind: Kind, obj: Object, *, status: bool = False, dry_run: bool = False
    ) -> Object:
        """Replace an object (or, with `status`, only its status) and return it.

        A call that changes nothing keeps the resourceVersion and tells nobody; so does `dry_run`.

        Raises:
            NotFound: when there is none.
            Conflict: when the given resourceVersion or uid is not the stored one.
        """
        meta = obj["metadata"]
        key = (meta.get("namespace") or "", meta["name"])
        current = self.peek(kind, *key)
        self.check(kind, current, meta.get("uid"), meta.get("resourceVersion"))
        new = self._with_status(current, obj) if status else self._with_rest(kind, current, obj)
        if dry_run or new == current:
            return clone(new)
        self._commit("MODIFIED", kind, key, new)
        return clone(new)

    def begin_delete(
        self,
        kind: Kind,
        namespace: str | None,
        name: str,
        *,
        grace_s: int | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
    ) -> Object:
        """Ask for an object's end: mark a scheduled pod as terminating, remove anything else at once.

        `grace_s` defaults to the pod's terminationGracePeriodSeconds; 0 removes the pod at once.
        A second call may only shorten the grace.

        Raises:
            NotFound: when there is none.
            Conflict: when a precondition does not hold.
        """
        current = self.peek(kind, namespace, name)
        self.check(kind, current, uid, resource_version)
        if kind.name != "Pod" or not current.get("spec", {}).get("nodeName"):
            return self.delete(kind, namespace, name)
        grace = grace_s
        if grace is None:
            grace = current["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_S)
        if grace <= 0:
            return self.delete(kind, namespace, name)
        return self._mark(kind, current, grace)

    def delete(
        self,
        kind: Kind,
        namespace: str | None,
        name: str,
        *,
        uid: str | None = None,
        resource_version: str | None = None,
    ) -> Object:
        """Remove an object at once and return it as it last was.

        Raises:
            NotFound: when there is none.
            Conflict: when a precondition does not hold.
        """
        key = (namespace or "", name)
        current = self.peek(kind, *key)
        self.check(kind, current, uid, resource_version)
        self._version += 1
        last = {
            **current,
            "metadata": {**current["metadata"], "resourceVersion": str(self._version)},
        }
        del self._objects[kind.name][key]
        self._journal.append(Change("DELETED", kind, last, self._version, current))
        return clone(last)

    def subscribe(self) -> Subscription:
        """Return an async iterator over every change from now on."""
        return self._journal.follow()

    def since(self, resource_version: int) -> Changes:
        """Return the changes after a resource version.

        Raises:
            Gone: when some of them are no longer kept.
        """
        return self._journal.since(resource_version)

    def expire_events(self, age: timedelta) -> int:
        """Remove Event objects last touched longer ago than `age`; return how many."""
        limit = clock.stamp(self._now() - age)
        old = [event for event in self.peek_all(KINDS["Event"]) if _last_touched(event) < limit]
        for event in old:
            self._remove_event(event)
        return len(old)

    def check(self, kind: Kind, current: Object, uid: str | None, version: str | None) -> None:
        """Let preconditions pass.

        Raises:
            Conflict: when the uid or resource version is given and not the stored one.
        """
        meta = current["metadata"]
        if uid and uid != meta["uid"]:
            detail = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {meta['uid']}"
            raise Conflict(kind, meta["name"], detail)
        if version and version != meta["resourceVersion"]:
            raise Conflict(kind, meta["name"])

    def _with_status(self, current: Object, obj: Object) -> Object:
        return {**clone(current), "status": clone(obj.get("status", {}))}

    def _with_rest(self, kind: Kind, current: Object, obj: Object) -> Object:
        new = clone(obj)
        new["apiVersion"], new["kind"] = kind.api_version, kind.name
        new.pop("status", None)
        if "status" in current:
            new["status"] = clone(current["status"])
        old_meta, meta = current["metadata"], new["metadata"]
        meta["resourceVersion"] = old_meta["resourceVersion"]
        for field in _KEPT_METADATA:
            meta.pop(field, None)
            if field in old_meta:
                meta[field] = old_meta[field]
        self._admit(kind, new)
        if kind.name in _GENERATED and new.get("spec") != current.get("spec"):
            meta["generation"] = old_meta.get("generation", 0) + 1
        return new

    def _mark(self, kind: Kind, current: Object, grace_s: int) -> Object:
        new = clone(current)
        meta = new["metadata"]
        already = meta.get("deletionGracePeriodSeconds", 0)
        if "deletionTimestamp" in meta and already <= grace_s:
            return new
        meta["deletionTimestamp"] = clock.stamp(self._now() + timedelta(seconds=grace_s))
        meta["deletionGracePeriodSeconds"] = grace_s
        self._commit("MODIFIED", kind, (meta.get("namespace") or "", meta["name"]), new)
        return clone(new)

    def _commit(self, what: str, kind: Kind, key: tuple[str, str], new: Object) -> None:
        self._version += 1
        new["metadata"]["resourceVersion"] = str(self._version)
        previous = self._objects[kind.name].get(key)
        dating.date(kind, new, previous, self._now())
        self._objects[kind.name][key] = new
        self._journal.append(Change(what, kind, new, self._version, previous))

    def _drop_surplus_events(self) -> None:
        events = self._objects["Event"]
        while len(events) > self._max_events:
            self._remove_event(next(iter(events.values())))

    def _remove_event(self, event: Object) -> None:
        meta = event["metadata"]
        self.delete(KINDS["Event"], meta.get("namespace"), meta["name"])


def _last_touched(event: Object) -> str:
    return str(event.get("lastTimestamp") or event["metadata"]["creationTimestamp"])
