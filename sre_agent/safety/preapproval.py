"""Whether an undo was approved together with the plan that it takes back: judged on the log, pure.

Whoever approves a plan is shown how each action is undone, and that this happens if it does not help.
That yes covers exactly this undo, on exactly what the plan's own actions left behind, and only once
fresh data have said that it did not help.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.safety import revert

FAILED = frozenset({"worse", "not_resolved"})
"""The ends of a verification after which an undo is covered: never improved, never unknown."""
VERIFIER = "verifier"


@dataclass(frozen=True)
class Covered:
    """The approved plan that an undo takes back, and the log as it was before the undo was proposed."""

    plan: Plan
    log: Sequence[Event]


class _NotCoveredError(Exception):
    """Why the approval of a plan does not cover an undo."""


def find(log: Sequence[Event], undo: Plan) -> Covered | str:
    """Return the plan with which an undo was approved, or why a person has to be asked.

    Args:
        log: what was written since the run began, oldest first.
        undo: the newest plan, which takes another one back.
    """
    try:
        return _find(log, undo)
    except _NotCoveredError as why:
        return str(why)


def _find(log: Sequence[Event], undo: Plan) -> Covered:
    proposed = [n for n, event in enumerate(log) if event.kind is EventKind.PLAN_PROPOSED]
    _require(undo.is_revert, "it takes no plan back")
    _require(len(proposed) > 1, "the plan that it takes back is not of this run")
    *_, number, newest = proposed
    _require(log[newest].payload.get("plan_sha256") == undo.sha256, "it is not the newest plan")
    earlier, plan = log[:newest], _read(log[number].payload)
    _require(not plan.is_revert, "an undo was proposed before")
    done = plan.without(_left_out(earlier[number:]))
    _require_done(earlier[number:], plan, done)
    reason = _failure(earlier[number:], done)
    _require(_bare(undo) == revert.of(done, reason), "it is not exactly the undo that was shown")
    for action, taken_back in zip(reversed(done.actions), undo.actions, strict=True):
        _require_untouched(action, taken_back)
    return Covered(plan, earlier)


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not holds:
        raise _NotCoveredError(otherwise)


def _read(payload: Mapping[str, Any]) -> Plan:
    try:
        plan = Plan.model_validate(payload.get("plan"))
    except ValidationError as err:
        raise _NotCoveredError("the plan that it takes back cannot be read") from err
    _require(plan.sha256 == payload.get("plan_sha256"), "the plan does not match its hash")
    return plan


def _left_out(log: Sequence[Event]) -> tuple[ActionId, ...]:
    """Return the actions that were left out when the plan was approved."""
    decided = next((e for e in reversed(log) if e.kind is EventKind.APPROVAL_DECIDED), None)
    _require(
        decided is not None and decided.payload.get("verdict") == Verdict.APPROVED,
        "nobody approved the plan that it takes back",
    )
    without = decided.payload.get("without", ()) if decided else ()
    return tuple(ActionId(str(item)) for item in without)


def _require_done(log: Sequence[Event], plan: Plan, done: Plan) -> None:
    """Require that each action was granted for this plan, and finished."""
    granted = {
        event.payload.get("action_id")
        for event in log
        if event.kind is EventKind.GRANT_MINTED
        and event.payload.get("claims", {}).get("plan_sha256") == plan.sha256
    }
    finished = {
        event.payload.get("action_id")
        for event in log
        if event.kind is EventKind.ACTION_FINISHED and event.payload.get("status") == "ok"
    }
    for action in done.actions:
        _require(action.id in granted & finished, f"{action.id} is not known to be done")


def _failure(log: Sequence[Event], done: Plan) -> str:
    """Return why the plan is known not to have helped."""
    ended = next((e for e in reversed(log) if e.kind is EventKind.VERIFICATION_FINISHED), None)
    _require(
        ended is not None
        and ended.actor == VERIFIER
        and ended.payload.get("plan_sha256") == done.sha256,
        "no verification of the plan has ended",
    )
    said: Mapping[str, Any] = ended.payload if ended else {}
    _require(said.get("result") in FAILED, "the verification does not say that it did not help")
    return str(said.get("reason", ""))


def _bare(plan: Plan) -> Plan:
    """Return the plan as it was derived, before anything was rehearsed."""
    actions = (item.model_copy(update={"dry_run": None}) for item in plan.actions)
    return plan.model_copy(update={"actions": tuple(actions)})


def _require_untouched(action: Action, undo: Action) -> None:
    """Require that the undo begins where the action ended: nobody else has changed the object."""
    left, seen = action.dry_run, undo.dry_run
    _require(
        left is not None
        and seen is not None
        and bool(left.left_sha256)
        and (left.uid, left.left_sha256) == (seen.uid, seen.state_sha256),
        f"{action.target} is not as the action left it",
    )
