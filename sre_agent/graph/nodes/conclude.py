"""End a run: the last status first, then the report that can tell of it."""

from langgraph.runtime import Runtime

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext
from sre_agent.planning import postmortem


async def conclude(state: run_state.RunState, runtime: Runtime[RunContext]) -> run_state.RunState:
    """Close or escalate the incident, then write and publish its report."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    status = IncidentStatus(state["end_status"])
    reason = state["end_reason"]
    if status is IncidentStatus.ESCALATED:
        await context.incidents.escalate(id_, reason=reason, step_key="escalated")
    elif status is not IncidentStatus.MERGED:  # merging has set its status already
        await context.incidents.set_status(
            id_, status, reason=reason, step_key=f"status:{status.value}"
        )
    incident = await context.incidents.load(id_)
    report = postmortem.write(incident, await context.incidents.events(id_), context.clock.now())
    place = await context.incidents.publish_report(id_, report)
    await context.journal.append(
        id_,
        EventDraft(
            actor="reporter",
            kind=EventKind.REPORT_WRITTEN,
            payload={"place": place},
            step_key="report_written",
        ),
    )
    return {}
