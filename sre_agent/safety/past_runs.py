"""How plans of the past ended, as an incident's log tells: only what was seen to work is a success."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import ValidationError

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.verdict import Judgement
from sre_agent.safety.autonomy import End

_DONE = frozenset({"applied", "already_applied"})
_COUNTED = _DONE | {"unknown"}
"""What was done, and what may have been."""
_ENDS = {"resolved": End.SUCCESS, "not_resolved": End.FAILURE, "worse": End.FAILURE}


@dataclass(frozen=True)
class Kind:
    """What makes one action the like of another: the tool, the class of fault, and of what."""

    server: str
    tool: str
    fault_class: str
    object: ObjectRef

    @classmethod
    def of(cls, action: Action, plan: Plan) -> Self:
        """Return the kind of a plan's action."""
        call = action.call
        return cls(call.server, call.tool, plan.fault_class, plan.cause_object)


@dataclass(frozen=True)
class PastRun:
    """A plan that was carried out, when it was proposed, which actions were done, and how it ended."""

    plan: Plan
    at: datetime
    done: tuple[Action, ...]
    end: End

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return the kinds of what was done: what a person left out is none of them."""
        return frozenset(Kind.of(action, self.plan) for action in self.done)


def read(log: Sequence[Event]) -> tuple[PastRun, ...]:
    """Return the plans of an incident which changed something, oldest first.

    What takes another plan back is no run of its own: the plan that it takes back failed.
    """
    starts = [i for i, event in enumerate(log) if event.kind is EventKind.PLAN_PROPOSED]
    found = []
    for start, after in zip(starts, [*starts[1:], len(log)], strict=True):
        plan = _plan(log[start])
        if plan is None or plan.is_revert:
            continue
        outcomes = _outcomes(log[start:after])
        done = tuple(action for action in plan.actions if outcomes.get(action.id) in _COUNTED)
        if done:
            end = _end(outcomes, log[start:after], log[after:])
            found.append(PastRun(plan, log[start].at, done, end))
    return tuple(found)


def _plan(event: Event) -> Plan | None:
    """Return the plan of an event; None where it is not the one that its hash names."""
    try:
        plan = Plan.model_validate(event.payload.get("plan"))
    except ValidationError:
        return None
    return plan if plan.sha256 == event.payload.get("plan_sha256") else None


def _outcomes(run: Sequence[Event]) -> dict[str, str]:
    """Return what came of the actions of a plan that were begun, by their ids."""
    said = [event.payload for event in run if event.kind is EventKind.ACTION_FINISHED]
    return {str(item.get("action_id")): str(item.get("outcome")) for item in said}


def _end(outcomes: Mapping[str, str], run: Sequence[Event], rest: Sequence[Event]) -> End:
    """Return how a plan ended, by its own events and all later ones."""
    verified = [event for event in run if event.kind is EventKind.VERIFICATION_FINISHED]
    said = verified[-1].payload.get("result") if verified else None
    end = _ENDS.get(str(said), End.UNPROVEN)
    if end is End.SUCCESS and not _DONE.issuperset(outcomes.values()):
        return End.UNPROVEN
    if end is End.SUCCESS and _did_not_last((*run, *rest)):
        return End.FAILURE
    return End.UNPROVEN if end is End.SUCCESS and _may_have_harmed((*run, *rest)) else end


def _did_not_last(events: Sequence[Event]) -> bool:
    """Return whether the failure came back, or a person says that it was another cause."""
    verdicts = [event for event in events if event.kind is EventKind.VERDICT_GIVEN]
    judged = verdicts[-1].payload.get("verdict") if verdicts else None
    is_wrong = isinstance(judged, dict) and judged.get("judgement") == Judgement.WRONG
    return is_wrong or any(event.kind is EventKind.REOPENED for event in events)


def _may_have_harmed(events: Sequence[Event]) -> bool:
    """Return whether another incident is tied to this one, as what its action may have caused."""
    return any(
        event.kind is EventKind.TIED and event.payload.get("to") == event.incident_id
        for event in events
    )
