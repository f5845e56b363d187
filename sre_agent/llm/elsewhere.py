"""What a model outside the house is told of an incident's log: what happened, and no more.

Names of people, what they wrote and the values that they set stay in the house. Any reason may repeat
such words, so that a reason is told only where nobody but the platform writes it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import timeline
from sre_agent.planning.wording import Payload

_DECISION = ("verdict", "without", "waits_for")
_ALERT = ("name", "summary")
_FIELDS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.INCIDENT_OPENED: ("trigger", "title"),
    EventKind.ALERT_RECEIVED: _ALERT,
    EventKind.ALERT_RESOLVED: _ALERT,
    EventKind.RUN_STARTED: ("reason",),
    EventKind.RUN_FAILED: (),
    EventKind.SPECIALIST_FAILED: ("specialist", "reason"),
    EventKind.SPECIALIST_FINISHED: ("specialist", "reason", "gaps"),
    EventKind.CAUSES_RANKED: ("round", "diagnosis"),
    EventKind.PLAN_PROPOSED: ("plan",),
    EventKind.PLAN_WITHHELD: (),
    EventKind.POLICY_RULED: ("rulings", "approved_with"),
    EventKind.APPROVAL_REQUESTED: ("expires_at",),
    EventKind.APPROVAL_GIVEN: _DECISION,
    EventKind.APPROVAL_DECIDED: _DECISION,
    EventKind.APPROVAL_VOIDED: (),
    EventKind.GRANT_REFUSED: (),
    EventKind.BRAKED: (),
    EventKind.ACTION_STARTED: ("action_id", "call"),
    EventKind.ACTION_FINISHED: ("action_id", "status", "outcome"),
    EventKind.VERIFICATION_SAMPLED: ("reason",),
    EventKind.VERIFICATION_FINISHED: ("result", "reason"),
    EventKind.UNDO_VERIFIED: ("result", "reason"),
    EventKind.REOPENED: (),
    EventKind.CANCELLED: (),
    EventKind.PAUSED: (),
    EventKind.RESUMED: (),
    EventKind.ESCALATED: (),
    EventKind.STATUS_CHANGED: ("from", "to"),
}
"""What is told of each kind; one that is not here is not told, as those of other incidents are not."""

_PLACES = frozenset({"namespace", "name", "kind", "container", "revision", "replicas"})
"""Arguments of a call that are told: what it is about, and no value that somebody chose."""


def cut(event: Event) -> Event | None:
    """Return an entry as far as it is told; None where nothing of it is."""
    fields = _FIELDS.get(event.kind)
    if fields is None:
        return None
    told = {
        key: _CUT[key](value) if key in _CUT else value
        for key, value in event.payload.items()
        if key in fields
    }
    return event.model_copy(update={"payload": told})


def sentence(event: Event) -> str:
    """Return what happened in one sentence; no more than its kind where nothing of it is told."""
    told = cut(event)
    return (timeline.sentence(told) if told else None) or event.kind.value.replace("_", " ")


def summary(plan: Payload) -> str:
    """Return what a plan would do: its calls without the values in them."""
    actions = plan.get("actions") or ()
    return "; ".join(str(ToolCall.model_validate(_call(item["call"]))) for item in actions)


def _call(call: Any) -> Any:
    if not isinstance(call, Mapping):
        return None
    arguments = call.get("arguments") or {}
    told = {key: value for key, value in arguments.items() if key in _PLACES}
    return {"server": call.get("server"), "tool": call.get("tool"), "arguments": told}


def _plan(plan: Any) -> Any:
    plan = plan or {}
    return {
        "playbook": plan.get("playbook"),
        "choice": plan.get("choice"),
        "summary": summary(plan),
    }


_CUT: Mapping[str, Callable[[Any], Any]] = {"call": _call, "plan": _plan}
