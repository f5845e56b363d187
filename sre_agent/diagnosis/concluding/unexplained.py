"""Pods that plainly do not run although no analyzer says why: then not all is well."""

from datetime import datetime, timedelta

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod

PATIENCE = timedelta(minutes=5)
"""So long a pod may be pending before it counts as stuck; of one whose age is not told nobody knows."""
STUCK = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImageInspectError",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
        "StartError",
    }
)
"""What the kubelet says of a container that does not get to run."""
TOLD = 3
"""Pods that are named; the others are counted."""


def explain(view: View, at: datetime) -> str | None:
    """Return which pods are stuck at a time, and what to save to learn why, or None when none is."""
    stuck = [
        f"{pod.meta.ref.name} ({why})"
        for _, pod in sorted(view.pods.items())
        if pod.meta.deleted_at is None and (why := _why(pod, at))
    ]
    if not stuck:
        return None
    more = f" and {len(stuck) - TOLD} more" if len(stuck) > TOLD else ""
    return (
        f"nothing that was read says why {', '.join(stuck[:TOLD])}{more} "
        "does not run. Missing: kubectl describe of the pods, or their events."
    )


def _why(pod: Pod, at: datetime) -> str:
    said = [pod.reason, *(item.reason for item in pod.statuses if item.state == "waiting")]
    words = [item.rpartition(":")[2] for item in said]
    for word in words:
        if word in STUCK:
            return word
    created = pod.meta.created_at
    is_late = created is None or at - created > PATIENCE
    return "Pending" if pod.phase == "Pending" and is_late else ""
