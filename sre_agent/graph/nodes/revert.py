"""Propose to take back a repair that did not help; that is a write, which policy rules on like any."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import call_log, rehearsal, run_state
from sre_agent.graph.context import RunContext
from sre_agent.graph.rehearsal import Failure
from sre_agent.safety import revert as undoing


async def revert(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["gate", "conclude"]]:
    """Rehearse the way back and put it before policy; without one, people take over at once."""
    context = runtime.context
    drafted = undoing.of(run_state.plan(state), state["not_helped"])
    asking = call_log.logged(context, run_state.incident_id(state), call_log.PLANNER)
    plan = await rehearsal.rehearse(asking, drafted) if drafted else None
    if plan is None or isinstance(plan, Failure):
        why = plan.nothing.reason if plan else "not all that was done has an undo"
        return Command(
            goto="conclude",
            update={
                "end_status": IncidentStatus.ESCALATED.value,
                "end_reason": f"It is not taken back: {why}",
            },
        )
    proposed = await rehearsal.record(context, run_state.incident_id(state), plan)
    return Command(goto="gate", update={"plan": proposed.model_dump(mode="json")})
