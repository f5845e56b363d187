"""Who owns whom: controller references, and the objects a controller may call its own."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import label_match
from infrastructure.lab.cluster.store import KINDS, Kind, Store

Object = dict[str, Any]


def controller_of(obj: Object) -> Object | None:
    """Return the reference to the object's controller, if it has one."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return dict(reference)
    return None


def reference_to(kind: Kind, owner: Object) -> Object:
    """Return the ownerReference by which `owner` controls another object."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def owned(store: Store, kind: Kind, owner: Object) -> list[Object]:
    """Return the objects of a kind that `owner` controls, adopting orphans its selector matches.

    The objects are the stored ones and must not be modified.
    """
    found = []
    for obj in store.peek_all(kind, owner["metadata"]["namespace"]):
        controller = controller_of(obj)
        if controller is None and _adoptable(owner, obj):
            obj = _adopt(store, kind, owner, obj)  # noqa: PLW2901 - the adopted one replaces it
            controller = controller_of(obj)
        if controller is not None and controller["uid"] == owner["metadata"]["uid"]:
            found.append(obj)
    return found


def _adoptable(owner: Object, obj: Object) -> bool:
    alive = not (
        owner["metadata"].get("deletionTimestamp") or obj["metadata"].get("deletionTimestamp")
    )
    labels = obj["metadata"].get("labels") or {}
    return alive and label_match.matches(owner["spec"].get("selector"), labels)


def _adopt(store: Store, kind: Kind, owner: Object, obj: Object) -> Object:
    adopted = store.get(kind, obj["metadata"]["namespace"], obj["metadata"]["name"])
    references = adopted["metadata"].setdefault("ownerReferences", [])
    references.append(reference_to(KINDS[owner["kind"]], owner))
    return store.update(kind, adopted)
