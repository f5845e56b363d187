"""What a timeline says of an undo: who agreed to it, and whether it took."""

from collections.abc import Mapping
from typing import Any

_ENDS = {
    "taken_back": "What was taken back is as it was before",
    "not_taken_back": "What was taken back did not take",
}


def took(payload: Mapping[str, Any]) -> str:
    """Return whether what was taken back is back."""
    lead = _ENDS.get(payload.get("result", ""), "Whether what was taken back took is unknown")
    reason = payload.get("reason")
    return f"{lead}: {reason}" if reason else lead


def agreement(payload: Mapping[str, Any]) -> str:
    """Return what a ruling says of who agreed to an undo, as the end of a sentence; often nothing."""
    if payload.get("approved_with"):
        return "; approved together with the plan that it takes back"
    because = payload.get("asked_because")
    return f"; a person is asked, because {because}" if because else ""


def tied(payload: Mapping[str, Any], told_in: str) -> str:
    """Return that an action may have caused an incident, as the log of either of the two says it."""
    follower, cause = str(payload.get("incident_id", "?")), str(payload.get("to", "?"))
    because = payload.get("reason", "no reason on record")
    if told_in == follower:
        return f"An action of incident {cause} may have caused this one: {because}"
    return f"An action of this incident may have caused incident {follower}: {because}"
