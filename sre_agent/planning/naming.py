"""Names for the actions of a proposal: what is known of one by its name is said of no other."""

import re
from collections.abc import Collection, Sequence
from itertools import count

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Plan

_NUMBER = re.compile(r"-([2-9]|[1-9]\d+)$")
"""What a name ends with from the second proposal on that would have used it."""


def of_proposal(plan: Plan, log: Sequence[Event], replaces: Plan | None = None) -> Plan:
    """Return the plan with actions whose names no other proposal of the incident has.

    Grants, marks and ends of an action are found by its name, so that a new proposal must not meet
    those of an old one. The proposal that was written down last keeps its names: whoever comes
    here again after a crash proposes the very same.

    Args:
        plan: what is to be proposed, rehearsed.
        log: the incident's events, of all its runs.
        replaces: the plan that it takes the place of, if there is one.
    """
    proposed = [event.payload for event in log if event.kind is EventKind.PLAN_PROPOSED]
    newest = proposed[-1].get("plan_sha256") if proposed else None
    used = {name for payload in proposed for name in _names(payload.get("plan"))}
    replaced = {action.id for action in replaces.actions} if replaces else set()
    for number in count(1):
        named = _numbered(plan, number)
        names = {action.id for action in named.actions}
        is_written = named.sha256 == newest
        if names.isdisjoint(replaced) and (is_written or names.isdisjoint(used)):
            return named
    raise AssertionError("numbers do not end")


def _names(plan: object) -> Collection[str]:
    """Return the actions' names of a plan as the log has it; none of one that cannot be read."""
    actions = plan.get("actions", ()) if isinstance(plan, dict) else ()
    return [str(item.get("id")) for item in actions if isinstance(item, dict)]


def _numbered(plan: Plan, number: int) -> Plan:
    end = f"-{number}" if number > 1 else ""

    def renamed(name: ActionId) -> ActionId:
        return ActionId(_NUMBER.sub("", name) + end)

    actions = (
        item.model_copy(
            update={
                "id": renamed(item.id),
                "needs": tuple(renamed(each) for each in item.needs),
                "takes": {name: renamed(each) for name, each in item.takes.items()},
            }
        )
        for item in plan.actions
    )
    return plan.model_copy(update={"actions": tuple(actions)})
