"""Whether a rollout came after what was merged, so that what runs can hold it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.domain.observations.kubernetes import Revision, Workload
from sre_agent.domain.plan import Verification
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import looks
from sre_agent.planning.hold import Check, Standing
from sre_agent.planning.looks import Answer, Look


@dataclass(frozen=True)
class Arrival:
    """Whether a rollout came, and when, as far as its ReplicaSet tells."""

    check: Check
    at: datetime | None = None


def find(
    verification: Verification, answers: Sequence[Answer], look: Look
) -> Iterator[tuple[ToolCall, Arrival]]:
    """Yield whether a rollout came that can hold what was merged, where that is how it gets there."""
    if not verification.rollout_within_s:
        return
    call = looks.description(verification.object)
    fresh = [item for item in answers if item.result.observed_at >= look.action_finished_at]
    now, before = looks.read(fresh, call, Workload), looks.read(look.before, call, Workload)
    if now is None:
        unseen = f"{verification.object} was not seen since the merge"
        yield call, Arrival(Check(Standing.SILENT, unseen))
        return
    yield call, judge(now, before, look.action_finished_at, look.own_rollouts)


def judge(now: Workload, before: Workload | None, merged_at: datetime, own: int) -> Arrival:
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
        unknown = f"nobody can tell which revision of {name} is in force"
        return Arrival(Check(Standing.SILENT, unknown))
    last = _current(before) if before else None
    is_made_since = current.created_at >= merged_at
    is_further = last is not None and current.number > last.number + own
    if is_made_since or is_further:
        told = f"revision {current.number} of {name} came after the merge"
        at = current.created_at if is_made_since else None
        return Arrival(Check(Standing.GOOD, told), at)
    told = f"no rollout of {name} has come since the merge: revision {current.number} is in force"
    return Arrival(Check(Standing.SILENT, told))


def _current(workload: Workload) -> Revision | None:
    return next((item for item in workload.revisions if item.is_current), None)
