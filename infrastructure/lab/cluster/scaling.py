"""The scale subresource of Deployments and ReplicaSets."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import decoding, errors, patching, selectors
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.kinds import Kind
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

SCALE = Kind("autoscaling", "v1", "Scale", "scales")
_SHOWN = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def get(store: Store, call: Call) -> Reply:
    """Answer with the scale of a workload.

    Raises:
        NotFound: when there is none.
    """
    target = call.target
    return Reply(_scale(store.peek(target.kind, target.namespace, target.name)))


def change(store: Store, call: Call) -> Reply:
    """Update or patch the scale of a workload.

    Raises:
        ApiError: 400, 415 or 422 when the new scale is none.
        NotFound: when there is no such workload.
        Conflict: when it is no longer the one the client saw.
    """
    target = call.target
    before = store.peek(target.kind, target.namespace, target.name)
    if target.verb == "patch":
        document = patching.apply(SCALE, call, _scale(before))
    else:
        document = call.document()
    scale = decoding.typed(SCALE, document)
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if replicas < 0:
        text = "must be greater than or equal to 0"
        cause = errors.wrong("spec.replicas", replicas, text)
        raise errors.invalid(SCALE, target.name, [cause])
    wanted = store.get(target.kind, target.namespace, target.name)
    wanted["spec"]["replicas"] = replicas
    given = scale.get("metadata") or {}
    wanted["metadata"]["resourceVersion"] = given.get("resourceVersion", "")
    wanted["metadata"]["uid"] = given.get("uid", "")
    after = store.update(target.kind, wanted, dry_run=call.is_dry_run)
    return Reply(_scale(after), before=before, after=after)


def _scale(obj: Object) -> Object:
    meta, replicas = obj["metadata"], obj["spec"].get("replicas", 1)
    return {
        "kind": SCALE.name,
        "apiVersion": SCALE.api_version,
        "metadata": {field: meta[field] for field in _SHOWN if field in meta},
        "spec": {"replicas": replicas} if replicas else {},
        "status": {
            "replicas": (obj.get("status") or {}).get("replicas", 0),
            "selector": selectors.spec_text(obj["spec"].get("selector") or {}),
        },
    }
