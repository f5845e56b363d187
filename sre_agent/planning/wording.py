"""Parts of sentences about what a log's payload says."""

from collections.abc import Callable, Mapping
from typing import Any

Payload = Mapping[str, Any]


def text(payload: Payload, key: str, otherwise: str = "") -> str:
    """Return a field as text; what is missing or empty is `otherwise`."""
    value = payload.get(key)
    return otherwise if value is None or value == "" else str(value)


def struck(count: int, what: str) -> str:
    """Return how many of a model's claims or sentences were struck, or nothing."""
    return f"; {count} of its {what} {'was' if count == 1 else 'were'} struck" if count else ""


def with_reason(lead: str) -> Callable[[Payload], str]:
    """Return what says `lead`, and the reason where there is one."""

    def say(payload: Payload) -> str:
        reason = text(payload, "reason")
        return f"{lead}: {reason}" if reason else lead

    return say


def by(lead: str) -> Callable[[Payload], str]:
    """Return what says `lead`, who did it, and the reason where there is one."""

    def say(payload: Payload) -> str:
        who = f" by {text(payload, 'actor')}" if payload.get("actor") else ""
        return with_reason(f"{lead}{who}")(payload)

    return say
