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
