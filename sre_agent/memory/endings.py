"""How an incident ended, as its log proves it: whether it was repaired, with what, and by whom not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.observations.memory import Outcome

_APPLIED = frozenset({"applied", "already_applied"})
_VERIFIED: Mapping[object, Outcome] = {
    "resolved": Outcome.RESOLVED,
    "not_resolved": Outcome.NOT_RESOLVED,
    "worse": Outcome.NOT_RESOLVED,
}


def outcome(events: Sequence[Event], diagnosis: Diagnosis | None, status: str) -> Outcome:
    """Return how the last run ended; what an earlier run achieved did not last."""
    run = _last_run(events)
    verified = last(run, EventKind.VERIFICATION_FINISHED)
    decided = last(run, EventKind.APPROVAL_DECIDED)
    judged = verified.payload.get("result") if verified else None
    if judged in _VERIFIED:
        return _VERIFIED[judged]
    if decided is not None and decided.payload.get("verdict") == "rejected":
        return Outcome.REJECTED
    if status == IncidentStatus.CLOSED:
        is_calm = diagnosis is not None and diagnosis.conclusion is Conclusion.NOTHING_WRONG
        return Outcome.NOTHING_WRONG if is_calm else Outcome.CLOSED
    return Outcome.ESCALATED


def repair(events: Sequence[Event]) -> str:
    """Return the tools of the plan that was carried out, or an empty string."""
    run = _last_run(events)
    done = [event.seq for event in run if _is_deed(event)]
    # The first plan that was carried out: a later one takes back what did not help.
    proposed = last(
        [event for event in run if done and event.seq < done[0]], EventKind.PLAN_PROPOSED
    )
    if proposed is None:
        return ""
    actions = proposed.payload["plan"]["actions"]
    calls: list[Mapping[str, Any]] = [action["call"] for action in actions]
    return ", ".join(f"{call['tool']}({', '.join(sorted(call['arguments']))})" for call in calls)


def _is_deed(event: Event) -> bool:
    return event.kind is EventKind.ACTION_FINISHED and event.payload.get("outcome") in _APPLIED


def last(events: Sequence[Event], kind: EventKind) -> Event | None:
    """Return the newest event of a kind."""
    return next((event for event in reversed(events) if event.kind is kind), None)


def _last_run(events: Sequence[Event]) -> Sequence[Event]:
    starts = [n for n, event in enumerate(events) if event.kind is EventKind.RUN_STARTED]
    return events[starts[-1] :] if starts else events
