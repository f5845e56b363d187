"""What was approved and then refused by its object: it had changed, and nothing was done to it."""

from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Action
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext

_CODES = frozenset({"state_changed", "result_changed"})
"""Refusals of a write whose object is not what the grant was given for."""


async def find(context: RunContext, id_: IncidentId, action: Action) -> str | None:
    """Return what changed, if it is on record that the action was refused for it; else None."""
    for event in await context.incidents.events(id_):
        is_ours = event.payload.get("action_id") == action.id
        if event.kind is EventKind.ACTION_FINISHED and is_ours:
            is_overtaken = event.payload.get("code") in _CODES
            return f"{action.target} changed after the plan was shown" if is_overtaken else None
    return None


def rest(state: run_state.RunState, action: Action, changed: str) -> run_state.RunState:
    """Return what to ask anew: the plan from an action on, and beside it what was done before."""
    plan = run_state.plan(state)
    place = plan.actions.index(action)
    done = [item.model_dump(mode="json") for item in plan.actions[:place]]
    left = plan.model_copy(update={"actions": plan.actions[place:]})
    return {
        "plan": left.model_dump(mode="json"),
        "changed": changed,
        "done": [*state.get("done", []), *done],
    }
