"""The eviction subresource: deletes a pod unless its disruption budget forbids it."""

from __future__ import annotations

from typing import Any

from infrastructure.lab.cluster import clock, deletion, disruptions, errors, pod_readiness
from infrastructure.lab.cluster.calls import Call, Reply
from infrastructure.lab.cluster.errors import ApiError
from infrastructure.lab.cluster.kinds import KINDS
from infrastructure.lab.cluster.store import Store

Object = dict[str, Any]

RETRY_AFTER_S = 10
"""What a client is told to wait for while a budget is still being counted."""
_BUDGET = KINDS["PodDisruptionBudget"]
_POD = KINDS["Pod"]
_MESSAGE = "Cannot evict pod as it would violate the pod's disruption budget."


def evict(store: Store, call: Call) -> Reply:
    """Delete a pod by eviction, counting it against its budget.

    Raises:
        ApiError: 429 when its budget allows no disruption now, 500 when it has several budgets.
        NotFound: when there is no such pod.
        Conflict: when a precondition does not hold.
    """
    target = call.target
    document = call.document()
    if not isinstance(document, dict) or document.get("kind", "Eviction") != "Eviction":
        raise errors.bad_request("the body must be an Eviction")
    given = document.get("deleteOptions")
    options = deletion.checked(call, given if isinstance(given, dict) else {})
    pod = store.peek(_POD, target.namespace, target.name)
    deletion.check(store, call, pod, options)
    budget = _budget(store, pod)
    if budget is not None and not _may_ignore(budget, pod):
        _allow(budget)
        if not options["dryRun"]:
            _count(store, budget, pod)
    if not options["dryRun"]:
        _mark(store, pod)
    deletion.remove(store, call, pod, options)
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    return Reply(body, 201, before=pod)


def _budget(store: Store, pod: Object) -> Object | None:
    """Return the budget that is asked about a pod; none is for one that serves nobody."""
    phase = (pod.get("status") or {}).get("phase", "Pending")
    if pod["metadata"].get("deletionTimestamp") or phase != "Running":
        return None
    namespace = pod["metadata"]["namespace"]
    found = [each for each in store.peek_all(_BUDGET, namespace) if disruptions.covers(each, pod)]
    if len(found) > 1:
        text = (
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
            "not support."
        )
        raise ApiError(500, "InternalError", text)
    return found[0] if found else None


def _may_ignore(budget: Object, pod: Object) -> bool:
    """Return whether a pod that is not ready may go without counting."""
    if pod_readiness.is_ready(pod):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget["status"]
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    return bool(healthy >= desired > 0)


def _allow(budget: Object) -> None:
    """Let the eviction pass.

    Raises:
        ApiError: 429 in the words of a real API server.
    """
    name, status = budget["metadata"]["name"], budget["status"]
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 1):
        told = f"The disruption budget {name} is still being processed by the server."
        raise _refused(told, RETRY_AFTER_S)
    if status.get("disruptionsAllowed", 0) <= 0:
        told = (
            f"The disruption budget {name} needs {status.get('desiredHealthy', 0)} healthy pods "
            f"and has {status.get('currentHealthy', 0)} currently"
        )
        raise _refused(told)


def _refused(told: str, retry_after_s: int = 0) -> ApiError:
    details: Object = {"causes": [{"reason": "DisruptionBudget", "message": told}]}
    if retry_after_s:
        details["retryAfterSeconds"] = retry_after_s
    return ApiError(429, "TooManyRequests", _MESSAGE, details)


def _count(store: Store, budget: Object, pod: Object) -> None:
    """Take one from what the budget allows, at once: the controller only counts a moment later."""
    meta = budget["metadata"]
    counted = store.get(_BUDGET, meta["namespace"], meta["name"])
    status, now = counted["status"], clock.now()
    status["disruptionsAllowed"] -= 1
    status.setdefault("disruptedPods", {})[pod["metadata"]["name"]] = clock.stamp(now)
    if status["disruptionsAllowed"] == 0:
        status["conditions"] = [disruptions.condition(counted, 0, now)]
    store.update(_BUDGET, counted, status=True)


def _mark(store: Store, pod: Object) -> None:
    """Note on the pod that it is taken away on purpose."""
    marked = store.get(_POD, pod["metadata"]["namespace"], pod["metadata"]["name"])
    status = marked.setdefault("status", {})
    told = {
        "type": "DisruptionTarget",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": clock.stamp(clock.now()),
        "reason": "EvictionByEvictionAPI",
        "message": "Eviction API: evicting",
    }
    others = [each for each in status.get("conditions") or () if each["type"] != told["type"]]
    status["conditions"] = [*others, told]
    store.update(_POD, marked, status=True)
