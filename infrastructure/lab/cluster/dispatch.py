"""Which handler answers which verb of which resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infrastructure.lab.cluster import deletion, errors, eviction, reading, scaling, views, writing
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.store import Store
from infrastructure.lab.cluster.targets import WRITES

Handler = Callable[[Store, Call], Reply]

_HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("get", ""): reading.get,
    ("list", ""): reading.list_objects,
    ("create", ""): writing.create,
    ("update", ""): writing.update,
    ("patch", ""): writing.patch,
    ("delete", ""): deletion.delete,
    ("deletecollection", ""): deletion.delete_collection,
    ("get", "status"): reading.get,
    ("update", "status"): writing.update,
    ("patch", "status"): writing.patch,
    ("get", "scale"): scaling.get,
    ("update", "scale"): scaling.change,
    ("patch", "scale"): scaling.change,
    ("create", "eviction"): eviction.evict,
}


def answer(store: Store, call: Call) -> Reply:
    """Carry out a request.

    Raises:
        ApiError: when it is refused; 405 when the resource has no such verb.
        StoreError: when the object is not there, is taken, or has changed.
    """
    target = call.target
    handler = _HANDLERS.get((target.verb, target.subresource))
    is_nameless_write = target.verb in {"update", "patch"} and not target.name
    is_view = views.stored_kind(target.kind) != target.kind
    if handler is None or is_nameless_write or (is_view and target.verb in WRITES):
        raise errors.method_not_allowed()
    return handler(store, call)
