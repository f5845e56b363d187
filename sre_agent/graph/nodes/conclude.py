"""End a run."""

from collections.abc import Sequence

from langgraph.runtime import Runtime

from sre_agent.domain.events import Event
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import ending, run_state
from sre_agent.graph.context import RunContext
from sre_agent.planning import remains


async def conclude(state: run_state.RunState, runtime: Runtime[RunContext]) -> run_state.RunState:
    """Give the incident its last status and its report."""
    context, id_ = runtime.context, run_state.incident_id(state)
    status = IncidentStatus(state["end_status"])
    reason = state["end_reason"]
    if status is IncidentStatus.ESCALATED:
        reason = _reason(state, await context.incidents.events(id_))
    await ending.end(context, id_, status, reason)
    return {}


def _reason(state: run_state.RunState, log: Sequence[Event]) -> str:
    """Return why people take over: where a repair did not help, that comes first, and what to do last.

    What was done of a plan that stopped halfway is told whatever stopped it.
    """
    if "plan" not in state:
        return state["end_reason"]
    plan = run_state.plan(state)
    reason = ". ".join(filter(None, (state["end_reason"], remains.halfway(log, plan))))
    not_helped = state.get("not_helped")
    if not not_helped:
        return reason
    told = f". {plan.choice.escalation}" if plan.choice and plan.choice.escalation else ""
    return f"the repair did not help: {not_helped}. {reason}{told}"
