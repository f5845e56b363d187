"""Whether a rollout came after what was merged, so that what runs can hold it."""

from datetime import datetime

from sre_agent.domain.observations.kubernetes import Revision, Workload
from sre_agent.planning.hold import Check, Standing


def check(now: Workload, before: Workload | None, merged_at: datetime, own: int) -> Check:
    """Return whether a rollout came since; before it does, nothing that is seen proves anything.

    A template that ran before gets its old ReplicaSet back, under a new number: a revision is new that
    was made since, or that has a higher number than the plan's own rollouts account for.

    Args:
        now: the workload as it is.
        before: as it was right before the plan was carried out, if that was seen.
        merged_at: when the last of its actions was done.
        own: how many rollouts the plan's own actions were.
    """
    name, current = str(now.object), _current(now)
    if current is None:
        return Check(Standing.SILENT, f"nobody can tell which revision of {name} is in force")
    last = _current(before) if before else None
    is_made_since = current.created_at >= merged_at
    is_further = last is not None and current.number > last.number + own
    if is_made_since or is_further:
        told = f"revision {current.number} of {name} came after the merge"
        return Check(Standing.GOOD, told)
    told = f"no rollout of {name} has come since the merge: revision {current.number} is in force"
    return Check(Standing.SILENT, told)


def _current(workload: Workload) -> Revision | None:
    return next((item for item in workload.revisions if item.is_current), None)
