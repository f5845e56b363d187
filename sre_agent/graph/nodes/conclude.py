"""End a run."""

from langgraph.runtime import Runtime

from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import ending, run_state
from sre_agent.graph.context import RunContext


async def conclude(state: run_state.RunState, runtime: Runtime[RunContext]) -> run_state.RunState:
    """Give the incident its last status and its report."""
    await ending.end(
        runtime.context,
        run_state.incident_id(state),
        IncidentStatus(state["end_status"]),
        _reason(state),
    )
    return {}


def _reason(state: run_state.RunState) -> str:
    """Return why the run ends: where a repair did not help, that comes first, and what to do last."""
    not_helped = state.get("not_helped")
    if not not_helped:
        return state["end_reason"]
    choice = run_state.plan(state).choice
    told = f". {choice.escalation}" if choice and choice.escalation else ""
    return f"the repair did not help: {not_helped}. {state['end_reason']}{told}"
