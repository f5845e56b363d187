"""Verify or revert: the plan that takes a repair back which did not help."""

from sre_agent.domain import canonical
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import REVERT, Action, Plan
from sre_agent.domain.plan_reasons import Choice


def of(plan: Plan, reason: str) -> Plan | None:
    """Return the plan that undoes another one, last action first.

    It is the same word for word whoever derives it, from memory or from the log, which sorts what is
    in an argument: the approval of the plan covers this undo and no other. None when there is
    something in it that cannot be undone, or when it undoes something itself: nobody goes back and
    forth.

    Args:
        plan: what was carried out.
        reason: why it is known not to have helped.
    """
    plan = Plan.model_validate_json(canonical.dumps(plan.model_dump(mode="json")))
    undone = (_undo(action, reason) for action in reversed(plan.actions))
    actions = tuple(action for action in undone if action)
    if plan.is_revert or len(actions) < len(plan.actions):
        return None
    return Plan(
        playbook=REVERT,
        fault_class=plan.fault_class,
        cause_object=plan.cause_object,
        confidence=plan.confidence,
        summary="Undo what did not help: " + "; ".join(str(action.call) for action in actions),
        actions=actions,
        choice=Choice(
            title="Undo what did not help",
            why=reason,
            step="undo",
            condition="the repair was carried out, and fresh data say that it did not help",
            escalation=plan.choice.escalation if plan.choice else "",
        ),
    )


def _undo(action: Action, reason: str) -> Action | None:
    if action.inverse is None:
        return None
    return action.model_copy(
        update={
            "id": ActionId(f"{action.id}-undo"),
            "call": action.inverse,
            "inverse": action.call,
            "rationale": f"{action.call} did not help ({reason}), so that it is taken back.",
            "dry_run": None,
            "needs": (),
            "takes": {},
        }
    )
