"""What a timeline says of what people did with an incident, and asked of its run."""

from collections.abc import Mapping
from typing import Any

from sre_agent.domain.tools import ToolCall
from sre_agent.planning.wording import Payload, by, text, with_reason


def judged(payload: Payload) -> str:
    """Return what a person said of a cause."""
    said = payload.get("verdict") or {}
    named = payload.get("actual") or {}
    actual = f", actually {named['fault_class']} of {_object(named['object'])}" if named else ""
    note = f": {text(said, 'note')}" if said.get("note") else ""
    return f"Cause judged {text(said, 'judgement', '?')} by {text(payload, 'actor', '?')}{actual}{note}"


def reinvestigated(payload: Payload) -> str:
    """Return what a person had looked at again, or asked for."""
    hint = payload.get("hint") or {}
    about = [
        f"at {_object(hint['object'])}" if hint.get("object") else "",
        f"for {hint['fault_class']}" if hint.get("fault_class") else "",
        f"by {hint['specialist']}" if hint.get("specialist") else "",
    ]
    looks = f", to look first {' '.join(filter(None, about))}" if any(about) else ""
    asked = payload.get("action") or {}
    call = ToolCall.model_validate(asked["call"]) if asked.get("call") else None
    return by(f"Asked for {call}" if call else "Investigated anew")(payload) + looks


def dismissed(payload: Payload) -> str:
    """Return which cause a person ruled out."""
    cause = payload.get("dismissal") or {}
    of = f" of {_object(cause['object'])}" if cause.get("object") else ""
    return by(f"Cause {text(cause, 'fault_class', '?')}{of} dismissed")(payload)


def assigned(payload: Payload) -> str:
    """Return to whom a person gave the incident."""
    return by(f"Assigned to {text(payload, 'to', '?')}")(payload)


def commented(payload: Payload) -> str:
    """Return what a person wrote."""
    return f"{text(payload, 'actor', 'Someone')} comments: {text(payload, 'text')}"


def split(payload: Payload) -> str:
    """Return which alerts went into an incident of their own."""
    what = ", ".join(str(name) for name in payload.get("services") or ())
    origin, into = text(payload, "incident_id", "?"), text(payload, "into", "?")
    return with_reason(f"Alerts of {what or '?'} went from {origin} to {into}")(payload)


def _object(ref: Mapping[str, Any]) -> str:
    return "/".join(str(ref[key]) for key in ("kind", "namespace", "name") if ref.get(key))
