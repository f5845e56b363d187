"""What stands of a plan that stopped halfway: what was done, what was not, and what is still as changed."""

from collections.abc import Collection, Iterable, Sequence

from sre_agent.domain import runs
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolCall


def done(log: Sequence[Event]) -> frozenset[ActionId]:
    """Return the actions of the present run that are known to be done."""
    return frozenset(
        ActionId(str(event.payload.get("action_id")))
        for event in runs.present(log)
        if event.kind is EventKind.ACTION_FINISHED and event.payload.get("status") == "ok"
    )


def whole(log: Sequence[Event], plan: Plan) -> Plan:
    """Return a plan with what was done before it in the same run: its rest was asked anew.

    Of an undo that is what was taken back before, of a repair what was done.
    """
    finished, known = done(log), {action.id for action in plan.actions}
    proposed = (
        Plan.model_validate(event.payload["plan"])
        for event in runs.present(log)
        if event.kind is EventKind.PLAN_PROPOSED
    )
    before = {
        action.id: action
        for earlier in proposed
        if earlier.is_revert == plan.is_revert
        for action in earlier.actions
        if action.id in finished - known
    }
    return plan.model_copy(update={"actions": (*before.values(), *plan.actions)})


def halfway(log: Sequence[Event], plan: Plan) -> str:
    """Return what stands of a plan of which something is not done; an empty text of any other."""
    asked, finished = whole(log, plan), done(log)
    is_over = all(action.id in finished for action in asked.actions)
    return "" if is_over else sentence(asked, finished)


def sentence(plan: Plan, finished: Collection[ActionId]) -> str:
    """Return what stands, in words; an empty text where a plan of one action did not begin."""
    over = [action for action in plan.actions if action.id in finished]
    left = [action for action in plan.actions if action.id not in finished]
    if plan.is_revert:
        taken_back, stands = (_calls(item.inverse for item in part) for part in (over, left))
        return _joined(("taken back", taken_back), ("still stands", stands))
    if not over:
        return ""
    undo = _calls(item.inverse for item in reversed(over))
    return _joined(
        ("done", _calls(item.call for item in over)),
        ("not done", _calls(item.call for item in left)),
        ("to undo what was done", undo),
    )


def _calls(calls: Iterable[ToolCall | None]) -> str:
    return "; ".join(str(call) for call in calls if call)


def _joined(*parts: tuple[str, str]) -> str:
    return ". ".join(f"{label.capitalize()}: {said}" for label, said in parts if said)
