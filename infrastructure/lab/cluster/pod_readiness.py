"""What controllers ask of a pod: is it alive, ready, available, and which one goes first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import clock

Object = dict[str, Any]

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASE_RANK = {"Pending": 0, "Unknown": 1, "Running": 2}


def is_active(pod: Object) -> bool:
    """Return whether a pod counts towards its ReplicaSet: not finished and not being deleted."""
    return not is_finished(pod) and not pod["metadata"].get("deletionTimestamp")


def is_finished(pod: Object) -> bool:
    """Return whether all containers of a pod have ended for good."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def ready_since(pod: Object) -> datetime | None:
    """Return when a pod became ready; None when it is not."""
    for condition in pod.get("status", {}).get("conditions") or ():
        if condition["type"] == "Ready" and condition["status"] == "True":
            return clock.parse(condition["lastTransitionTime"])
    return None


def is_ready(pod: Object) -> bool:
    """Return whether a pod's Ready condition is true."""
    return ready_since(pod) is not None


def available_in_s(pod: Object, min_ready_s: int, now: datetime) -> float | None:
    """Return the seconds until a ready pod counts as available (0 when it does); None if not ready."""
    since = ready_since(pod)
    if since is None:
        return None
    return max(0.0, min_ready_s - (now - since).total_seconds()) if min_ready_s else 0.0


def deletion_rank(pod: Object) -> tuple[Any, ...]:
    """Return a key that sorts the pods to delete first to the front.

    Unscheduled before scheduled, pending before running, unready before ready, cheap before dear,
    latest ready first, most restarted first, newest first.
    """
    status, meta = pod.get("status", {}), pod["metadata"]
    since = ready_since(pod)
    restarts = max(
        (each["restartCount"] for each in status.get("containerStatuses") or ()), default=0
    )
    return (
        bool(pod["spec"].get("nodeName")),
        _PHASE_RANK.get(status.get("phase", "Pending"), 1),
        since is not None,
        int((meta.get("annotations") or {}).get(DELETION_COST, 0)),
        -since.timestamp() if since else 0,
        -restarts,
        -clock.parse(meta["creationTimestamp"]).timestamp(),
        meta["name"],
    )
