"""Whether an undo took: the rollout is over, and what people declared is as it was before the repair."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sre_agent.domain.model import Value
from sre_agent.domain.observations.kubernetes import Workload
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import again, looks, rollout
from sre_agent.planning.hold import Check, Standing
from sre_agent.planning.looks import Answer


class Undoing(StrEnum):
    """Where an undo stands; pending is not an end."""

    PENDING = "pending"
    TAKEN_BACK = "taken_back"
    NOT_TAKEN_BACK = "not_taken_back"
    UNKNOWN = "unknown"


class Finding(Value):
    """Where an undo stands, why, and what was checked, in sentences."""

    outcome: Undoing
    reason: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known: how things were before the repair, how they are, and what undoing again would do."""

    before: Sequence[Answer]
    now: Sequence[Answer]
    again: Sequence[Answer] = ()
    finished_at: datetime
    at: datetime


def calls(plan: Plan) -> tuple[ToolCall, ...]:
    """Return what to read: each workload that was changed."""
    found = [
        looks.description(item.target) for item in plan.actions if looks.is_workload(item.target)
    ]
    return tuple({str(call): call for call in found}.values())


def rehearsals(plan: Plan) -> tuple[ToolCall, ...]:
    """Return the undos to rehearse again: those of what is no workload; done, they change nothing."""
    return tuple(item.call for item in plan.actions if not looks.is_workload(item.target))


def judge(plan: Plan, seen: Seen) -> Finding:
    """Return whether all of an undo took; until its deadline, what does not hold yet is pending."""
    checks = [check for action in plan.actions for check in _checks(action, seen)]
    told = tuple(f"{check.standing}: {check.reason}" for check in checks)
    bad = [check for check in checks if check.standing is Standing.BAD]
    doubtful = bad or [check for check in checks if check.standing is Standing.SILENT]
    if not doubtful:
        reason = "; ".join(check.reason for check in checks)
        return Finding(outcome=Undoing.TAKEN_BACK, reason=reason, checks=told)
    deadline_s = max(action.verification.deadline_s for action in plan.actions)
    outcome = Undoing.PENDING
    if seen.at >= seen.finished_at + timedelta(seconds=deadline_s):
        outcome = Undoing.NOT_TAKEN_BACK if bad else Undoing.UNKNOWN
    return Finding(outcome=outcome, reason=doubtful[0].reason, checks=told)


def _checks(action: Action, seen: Seen) -> Iterator[Check]:
    if not looks.is_workload(action.target):
        said = next((item.result for item in seen.again if item.call == action.call), None)
        yield again.check(action.target, said)
        return
    call = looks.description(action.target)
    fresh = [item for item in seen.now if item.result.observed_at >= seen.finished_at]
    now, before = looks.read(fresh, call, Workload), looks.read(seen.before, call, Workload)
    if now is None:
        yield Check(Standing.SILENT, f"{action.target} was not seen after it was taken back")
        return
    yield rollout.check(now)
    if before is None:
        yield Check(Standing.SILENT, f"{action.target} was not seen before the repair")
        return
    differs = [name for name, was, is_ in _declared(before, now) if was != is_]
    if differs:
        yield Check(
            Standing.BAD, f"{action.target} differs from before in its {', '.join(differs)}"
        )
    else:
        yield Check(Standing.GOOD, f"{action.target} is declared as it was before the repair")


def _declared(before: Workload, now: Workload) -> Iterator[tuple[str, object, object]]:
    yield "containers", before.containers, now.containers
    yield "replicas", before.replicas.desired, now.replicas.desired
    yield "pause", before.paused, now.paused
