"""Delete and deletecollection, and how a deletion is judged."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import errors, reading, rendering
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

_POLICIES = ("Orphan", "Background", "Foreground")
_OPTIONS = Kind("meta.k8s.io", "v1", "DeleteOptions", "deleteoptions")
_ANSWERED_WITH_OBJECT = frozenset({"Pod", "Service"})
_PROTECTED_NAMESPACES = frozenset({"default", "kube-system"})
_DEPENDENTS = ("ReplicaSet", "Pod")


def delete(store: Store, call: Call) -> Reply:
    """Delete one object; what it owns follows, unless the client wants it orphaned.

    Raises:
        ApiError: 403 for a namespace the cluster needs, 422 for unknown options.
        NotFound: when there is none.
        Conflict: when a precondition does not hold.
    """
    target, options = call.target, _options(call)
    before = store.peek(target.kind, target.namespace, target.name)
    if target.kind.name == "Namespace" and target.name in _PROTECTED_NAMESPACES:
        raise errors.forbidden(target.kind, target.name, "this namespace may not be deleted")
    check(store, call, before, options)
    after = remove(store, call, before, options)
    if target.kind.name in _ANSWERED_WITH_OBJECT:
        return Reply(rendering.one(target.kind, after, call.form, call.now), before=before)
    return Reply(_success(target.kind, before), before=before)


def delete_collection(store: Store, call: Call) -> Reply:
    """Delete all objects that the selectors choose, and answer with their list."""
    options = _options(call)
    if call.target.kind.namespaced and call.target.namespace is None:
        raise errors.method_not_allowed()
    chosen = [obj for obj in reading.selected(store, call) if call.target.kind.name != "Namespace"]
    for obj in chosen:
        check(store, call, obj, options)
    deleted = [remove(store, call, obj, options) for obj in chosen]
    metadata = {"resourceVersion": str(store.resource_version)}
    return Reply(rendering.many(call.target.kind, deleted, metadata, call.form, call.now))


def check(store: Store, call: Call, obj: Object, options: Object) -> None:
    """Let a deletion's preconditions pass.

    Raises:
        Conflict: when one does not hold.
    """
    conditions = options.get("preconditions") or {}
    uid, version = conditions.get("uid") or None, conditions.get("resourceVersion") or None
    store.check(call.target.kind, obj, uid, version)


def remove(store: Store, call: Call, obj: Object, options: Object) -> Object:
    """Delete an object whose preconditions hold, unless only to try; return it as it last was."""
    kind, meta = call.target.kind, obj["metadata"]
    if options["dryRun"]:
        return obj
    if options.get("propagationPolicy") == "Orphan" or options.get("orphanDependents") is True:
        _orphan(store, obj)
    return store.begin_delete(
        kind,
        meta.get("namespace"),
        meta["name"],
        grace_s=options.get("gracePeriodSeconds"),
        uid=meta["uid"],
    )


def _orphan(store: Store, owner: Object) -> None:
    """Cut the ties of what an object owns, so that it outlives its owner."""
    uid = owner["metadata"]["uid"]
    for name in _DEPENDENTS:
        for obj in store.list(KINDS[name], owner["metadata"].get("namespace"))[0]:
            references = obj["metadata"].get("ownerReferences") or []
            kept = [item for item in references if item.get("uid") != uid]
            if len(kept) != len(references):
                obj["metadata"]["ownerReferences"] = kept
                store.update(KINDS[name], obj)


def _options(call: Call) -> Object:
    document = call.document() if call.raw.strip() else {}
    if not isinstance(document, dict):
        raise errors.bad_request("the body must be DeleteOptions")
    return checked(call, document)


def checked(call: Call, document: Object) -> Object:
    """Return the delete options of body and query together, judged."""
    options = dict(document)
    if call.query.get("propagationPolicy"):
        options["propagationPolicy"] = call.query["propagationPolicy"]
    grace = call.number("gracePeriodSeconds")
    if grace is not None:
        options["gracePeriodSeconds"] = grace
    policy = options.get("propagationPolicy") or "Background"
    if policy not in _POLICIES:
        cause = errors.unsupported("propagationPolicy", policy, _POLICIES)
        raise errors.invalid(_OPTIONS, "", [cause])
    given = options.get("gracePeriodSeconds")
    if given is not None and (not isinstance(given, int) or isinstance(given, bool)):
        raise errors.bad_request("gracePeriodSeconds must be a whole number")
    if not isinstance(options.get("preconditions") or {}, dict):
        raise errors.bad_request("preconditions must be an object")
    options["dryRun"] = call.is_dry_run or options.get("dryRun") == ["All"]
    return options


def _success(kind: Kind, obj: Object) -> Object:
    details = {"name": obj["metadata"]["name"], "kind": kind.plural, "uid": obj["metadata"]["uid"]}
    if kind.group:
        details["group"] = kind.group
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }
