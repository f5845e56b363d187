"""A Deployment's status: its counters and its Available and Progressing conditions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from infrastructure.lab.cluster import clock, rollout

Object = dict[str, Any]

NO_DEADLINE = 2**31 - 1


def status_of(
    deployment: Object, current: Object | None, old: Sequence[Object], now: datetime
) -> Object:
    """Return the status a Deployment should have, given its ReplicaSets."""
    counted = _counters(deployment, current, old)
    previous = deployment.get("status") or {}
    conditions = _Conditions(previous.get("conditions") or (), now)
    _judge_available(conditions, deployment, counted)
    is_moving = not deployment["spec"].get("paused") and not _is_settled(conditions, counted)
    if _has_deadline(deployment) and is_moving:
        _judge_progress(conditions, deployment, counted, current)
    conditions.tell_failure(_replica_failure(current, old))
    status = {name: count for name, count in counted.items() if count or name in _ALWAYS_SHOWN}
    if "collisionCount" in previous:
        status["collisionCount"] = previous["collisionCount"]
    return status | {"conditions": conditions.listed()}


def deadline_in_s(deployment: Object, now: datetime) -> float | None:
    """Return the seconds until the progress deadline must be judged again; None when it need not."""
    progressing = _find(deployment.get("status") or {}, "Progressing")
    if not progressing or not _has_deadline(deployment) or deployment["spec"].get("paused"):
        return None
    if progressing["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return None
    return max(0.1, (_deadline(deployment, progressing) - now).total_seconds() + 1)


def note_progress(deployment: Object, reason: str, message: str, now: datetime) -> Object:
    """Return the status with a Progressing condition that says what was just done."""
    status = dict(deployment.get("status") or {})
    if not _has_deadline(deployment):
        return status
    conditions = _Conditions(status.get("conditions") or (), now)
    conditions.set("Progressing", _PAUSE_STATUS.get(reason, "True"), reason, message)
    return status | {"conditions": conditions.listed()}


def pause_change(deployment: Object) -> tuple[str, str] | None:
    """Return reason and message when the Deployment was paused or resumed since its last status."""
    progressing = _find(deployment.get("status") or {}, "Progressing") or {}
    is_paused = bool(deployment["spec"].get("paused"))
    reason = progressing.get("reason")
    if reason == "ProgressDeadlineExceeded" or not _has_deadline(deployment):
        return None
    if is_paused and reason != "DeploymentPaused":
        return "DeploymentPaused", "Deployment is paused"
    if not is_paused and reason == "DeploymentPaused":
        return "DeploymentResumed", "Deployment is resumed"
    return None


def is_complete(deployment: Object, counted: Object) -> bool:
    """Return whether every wanted replica is updated and available, and no old one is left."""
    wanted = deployment["spec"].get("replicas", 1)
    return all(
        counted.get(name, 0) == wanted
        for name in ("updatedReplicas", "replicas", "availableReplicas")
    )


_ALWAYS_SHOWN = frozenset({"observedGeneration", "terminatingReplicas"})
_PAUSE_STATUS = {"DeploymentPaused": "Unknown", "DeploymentResumed": "Unknown"}


def _counters(deployment: Object, current: Object | None, old: Sequence[Object]) -> Object:
    everyone = [*old, *([current] if current else [])]
    available = _sum(everyone, "availableReplicas")
    asked = sum(replica_set["spec"].get("replicas", 0) for replica_set in everyone)
    return {
        "observedGeneration": deployment["metadata"].get("generation", 1),
        "replicas": _sum(everyone, "replicas"),
        "updatedReplicas": _sum([current] if current else [], "replicas"),
        "readyReplicas": _sum(everyone, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, asked - available),
        "terminatingReplicas": _sum(everyone, "terminatingReplicas"),
    }


def _sum(replica_sets: Sequence[Object], counter: str) -> int:
    return sum((replica_set.get("status") or {}).get(counter, 0) for replica_set in replica_sets)


def _judge_available(conditions: _Conditions, deployment: Object, counted: Object) -> None:
    spec = deployment["spec"]
    minimum = spec.get("replicas", 1) - rollout.limits_of(spec).unavailable
    if counted["availableReplicas"] >= minimum:
        told = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        told = (
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    conditions.set("Available", *told)


def _is_settled(conditions: _Conditions, counted: Object) -> bool:
    progressing = conditions.get("Progressing") or {}
    return (
        progressing.get("reason") == "NewReplicaSetAvailable"
        and counted["replicas"] == counted["updatedReplicas"]
    )


def _judge_progress(
    conditions: _Conditions, deployment: Object, counted: Object, current: Object | None
) -> None:
    subject = (
        f'ReplicaSet "{current["metadata"]["name"]}"'
        if current
        else f'Deployment "{deployment["metadata"]["name"]}"'
    )
    before = conditions.get("Progressing")
    if is_complete(deployment, counted):
        message = f"{subject} has successfully progressed."
        conditions.set("Progressing", "True", "NewReplicaSetAvailable", message)
    elif _progressed(deployment.get("status") or {}, counted):
        message = f"{subject} is progressing."
        conditions.set("Progressing", "True", "ReplicaSetUpdated", message, is_news=True)
    elif before and _timed_out(deployment, before, conditions.now):
        message = f"{subject} has timed out progressing."
        conditions.set("Progressing", "False", "ProgressDeadlineExceeded", message)


def _progressed(before: Object, counted: Object) -> bool:
    def left(status: Object) -> int:
        return int(status.get("replicas", 0)) - int(status.get("updatedReplicas", 0))

    return left(counted) < left(before) or any(
        counted[name] > before.get(name, 0)
        for name in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )


def _timed_out(deployment: Object, progressing: Object, now: datetime) -> bool:
    match progressing["reason"]:
        case "NewReplicaSetAvailable":
            return False
        case "ProgressDeadlineExceeded":
            return True
        case _:
            return now > _deadline(deployment, progressing)


def _deadline(deployment: Object, progressing: Object) -> datetime:
    seconds = deployment["spec"].get("progressDeadlineSeconds", NO_DEADLINE)
    return clock.parse(progressing["lastUpdateTime"]) + timedelta(seconds=seconds)


def _has_deadline(deployment: Object) -> bool:
    return bool(deployment["spec"].get("progressDeadlineSeconds", NO_DEADLINE) != NO_DEADLINE)


def _replica_failure(current: Object | None, old: Sequence[Object]) -> Object | None:
    """Return what keeps pods from being created, of the newest ReplicaSet first."""
    for replica_set in (*([current] if current else []), *old):
        found = _find(replica_set.get("status") or {}, "ReplicaFailure")
        if found:
            return found
    return None


def _find(status: Object, kind: str) -> Object | None:
    for condition in status.get("conditions") or ():
        if condition["type"] == kind:
            return dict(condition)
    return None


class _Conditions:
    """Conditions under edit; the transition time changes only with the status."""

    def __init__(self, present: Sequence[Object], now: datetime) -> None:
        self._by_type = {condition["type"]: dict(condition) for condition in present}
        self.now = now

    def get(self, kind: str) -> Object | None:
        return self._by_type.get(kind)

    def set(
        self, kind: str, status: str, reason: str, message: str, *, is_news: bool = False
    ) -> None:
        before = self._by_type.get(kind)
        same = before and (before["status"], before["reason"]) == (status, reason)
        if same and not is_news:
            return
        at = clock.stamp(self.now)
        since = before["lastTransitionTime"] if before and before["status"] == status else at
        self._by_type[kind] = {
            "type": kind,
            "status": status,
            "lastUpdateTime": at,
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }

    def tell_failure(self, failure: Object | None) -> None:
        """Show what a ReplicaSet says of its failure, or no longer."""
        if failure is None:
            self._by_type.pop("ReplicaFailure", None)
        elif "ReplicaFailure" not in self._by_type:
            at = failure["lastTransitionTime"]
            self._by_type["ReplicaFailure"] = {**failure, "lastUpdateTime": at}

    def listed(self) -> list[Object]:
        return list(self._by_type.values())
