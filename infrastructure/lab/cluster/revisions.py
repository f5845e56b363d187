"""Revision numbers: which ReplicaSet is which step of a Deployment's history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Object = dict[str, Any]

REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"
CHANGE_CAUSE = "kubernetes.io/change-cause"
_NOT_COPIED = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
        REVISION,
        REVISION_HISTORY,
        DESIRED_REPLICAS,
        MAX_REPLICAS,
    }
)


def revision_of(obj: Object) -> int:
    """Return an object's revision; 0 when it has none yet."""
    text = (obj["metadata"].get("annotations") or {}).get(REVISION, "0")
    return int(text) if text.isdecimal() else 0


def next_revision(old: Sequence[Object]) -> int:
    """Return the revision the current template has, given the ReplicaSets of all other templates."""
    return max((revision_of(replica_set) for replica_set in old), default=0) + 1


def annotations_for(
    deployment: Object, replica_set: Object | None, revision: int
) -> dict[str, str]:
    """Return the annotations the current ReplicaSet should have.

    It inherits the Deployment's (the change cause among them). A revision only ever grows: when a
    rollback makes an old ReplicaSet current again, its former number moves to the history.
    """
    own = replica_set["metadata"].get("annotations") if replica_set else None
    inherited = deployment["metadata"].get("annotations") or {}
    annotations = dict(own or {}) | {
        name: value for name, value in inherited.items() if name not in _NOT_COPIED
    }
    former = revision_of(replica_set) if replica_set else 0
    if former < revision:
        annotations[REVISION] = str(revision)
        if former:
            history = annotations.get(REVISION_HISTORY)
            annotations[REVISION_HISTORY] = f"{history},{former}" if history else str(former)
    return annotations


def surplus(old: Sequence[Object], limit: int) -> list[Object]:
    """Return the old ReplicaSets beyond the history limit that nothing needs any more, eldest first."""
    idle = [replica_set for replica_set in old if _idle(replica_set)]
    idle.sort(key=revision_of)
    return idle[: max(0, len(old) - limit)]


def _idle(replica_set: Object) -> bool:
    status = replica_set.get("status") or {}
    return (
        status.get("replicas", 0) == 0
        and replica_set["spec"].get("replicas", 0) == 0
        and status.get("observedGeneration", 0) >= replica_set["metadata"].get("generation", 0)
        and not replica_set["metadata"].get("deletionTimestamp")
    )
