"""What people were asked and answered, as lines for people."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backend.cli.moments import second
from backend.cli.plain import escape
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Plan

Payload = dict[str, Any]


def standing(approval: Payload | None) -> Iterator[str]:
    """Yield how far a request is for which several people have to say yes."""
    if approval is None or approval["people"] == 1:
        return
    yield f"[bold]{approval['given']} of {approval['people']} approved[/], waiting for " + (
        "another" if approval["given"] else f"{approval['people']} different people"
    )
    for item in approval["answers"]:
        left_out = f", without {', '.join(item['left_out'])}" if item["left_out"] else ""
        yield f"  approved by {escape(item['actor'] + left_out)}"


def held(obstacles: Iterable[Payload]) -> Iterator[str]:
    """Yield the brakes that would hold a plan now, and when each ends."""
    for item in obstacles:
        end = f"until {second(item['until'])}" if item["until"] else "until a person ends it"
        yield f"[bold yellow]held now[/] {escape(end)}: {escape(item['reason'])}"


def answered(decision: Payload) -> Iterator[str]:
    """Yield what came of an answer."""
    yield f"{decision['verdict']} by {escape(decision['actor'])}{_without(decision)}"
    if decision["waits_for"]:
        yield _waits(decision["waits_for"])
    yield from held(decision["held_by"])
    if decision.get("brakes_unread"):
        yield f"[bold yellow]{escape(decision['brakes_unread'])}[/]"


def requested(payload: Payload) -> str:
    """Return a request as one line."""
    people = payload.get("people", 1)
    who = "a person" if people == 1 else f"{people} different people"
    return f"[bold yellow]waits for {who}[/] until {second(payload['expires_at'])}"


def given(payload: Payload) -> str:
    """Return one yes of several as one line."""
    return f"{_said(payload)}; {_waits(payload['waits_for'])}{_lost(payload)}"


def decided(payload: Payload) -> str:
    """Return a decision as one line."""
    return f"{_said(payload)}{_lost(payload)}"


def left_out(shown: dict[str, Any], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the actions that go when some are left out: these, and what depends on them.

    Raises:
        PermanentError: The plan has no such action, or nothing of it would be left.
    """
    if not wanted:
        return ()
    plan = Plan.model_validate(shown)
    known = [action.id for action in plan.actions]
    if unknown := [item for item in wanted if item not in known]:
        raise PermanentError(f"the plan has no action {unknown[0]}; it has {', '.join(known)}")
    gone = plan.depending_on([ActionId(item) for item in wanted])
    if len(gone) == len(known):
        raise PermanentError("nothing would be left of the plan: reject it with sre-agent reject")
    return gone


def _said(payload: Payload) -> str:
    told = f"by {payload['actor']} through {payload['channel']}{_without(payload)}"
    why = f": {escape(payload['reason'])}" if payload["reason"] else ""
    return f"[bold]{payload['verdict']}[/] {escape(told)}{why}"


def voided(payload: Payload) -> str:
    """Return the end of a request whose objects changed as one line."""
    return f"[bold yellow]changed after it was shown, look again[/]: {escape(payload['reason'])}"


def _lost(payload: Payload) -> str:
    """Return which answers before it count no longer, and why."""
    return "".join(f"; {escape(item)}" for item in payload.get("lost") or ())


def _without(decision: Payload) -> str:
    left_out = decision.get("without") or ()
    return f" without {', '.join(left_out)}" if left_out else ""


def _waits(missing: int) -> str:
    return "waiting for another" if missing == 1 else f"waiting for {missing} others"
