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
        state["end_reason"],
    )
    return {}
