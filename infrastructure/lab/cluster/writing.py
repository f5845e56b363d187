"""Create, update and patch of objects and of their status."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import decoding, errors, patching, quotas, rendering, validation
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.kinds import KINDS
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

_STATUS_KEPT = frozenset({"Node"})
"""Kinds whose status may be given at creation, since they register themselves."""


def create(store: Store, call: Call) -> Reply:
    """Create an object.

    Raises:
        ApiError: 400 or 422 when it is no valid object, 404 when its namespace does not exist.
        Forbidden: when a quota of the namespace leaves no room for it.
        AlreadyExists: when the name is taken.
    """
    kind = call.target.kind
    if call.target.name:
        raise errors.method_not_allowed()
    if kind.namespaced and call.target.namespace is None:
        raise errors.method_not_allowed()
    obj = decoding.object_of(call, call.document())
    meta = obj["metadata"]
    if meta.pop("resourceVersion", ""):
        raise errors.bad_request("resourceVersion should not be set on objects to be created")
    decoding.give_name(meta)
    if kind.name not in _STATUS_KEPT:
        obj.pop("status", None)
    if kind.namespaced:
        store.peek(KINDS["Namespace"], None, str(call.target.namespace))
    admitted = store.admitted(kind, obj)
    validation.check(kind, admitted)
    quotas.allow(store, kind, admitted)
    created = store.create(kind, obj, dry_run=call.is_dry_run)
    return _reply(call, created, before=None, code=201)


def update(store: Store, call: Call) -> Reply:
    """Replace an object, or its status.

    Raises:
        ApiError: 400 or 422 when it is no valid object.
        NotFound: when there is none.
        Conflict: when it is no longer the object the client saw.
    """
    obj = decoding.object_of(call, call.document())
    return _replace(store, call, obj)


def patch(store: Store, call: Call) -> Reply:
    """Patch an object, or its status.

    Raises:
        ApiError: 400, 415 or 422 when the patch cannot be applied or makes the object invalid.
        NotFound: when there is none.
        Conflict: when it is no longer the object the client saw.
    """
    target = call.target
    current = store.peek(target.kind, target.namespace, target.name)
    patched = patching.apply(target.kind, call, current)
    return _replace(store, call, decoding.object_of(call, patched))


def _replace(store: Store, call: Call, obj: Object) -> Reply:
    target, is_status = call.target, call.target.subresource == "status"
    before = store.peek(target.kind, target.namespace, target.name)
    candidate = store.update(target.kind, obj, status=is_status, dry_run=True)
    if not is_status:
        validation.check(target.kind, candidate, before)
    after = store.update(target.kind, obj, status=is_status, dry_run=call.is_dry_run)
    return _reply(call, after, before=before)


def _reply(call: Call, obj: Object, *, before: Object | None, code: int = 200) -> Reply:
    shown = rendering.one(call.target.kind, obj, call.form, call.now)
    return Reply(shown, code, before=before, after=obj)
