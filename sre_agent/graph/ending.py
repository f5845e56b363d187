"""How every incident ends: its last status first, then the report that can tell of it."""

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph.context import RunContext
from sre_agent.planning import postmortem


async def end(
    context: RunContext, incident_id: IncidentId, status: IncidentStatus, reason: str
) -> None:
    """Close or escalate the incident, then write and publish its report; safe to repeat."""
    if status is IncidentStatus.ESCALATED:
        await context.incidents.escalate(incident_id, reason=reason, step_key="escalated")
    elif status is not IncidentStatus.MERGED:  # merging has set its status already
        await context.incidents.set_status(
            incident_id, status, reason=reason, step_key=f"status:{status.value}"
        )
    await report(context, incident_id)


async def report(context: RunContext, incident_id: IncidentId) -> None:
    """Write and publish the report of an incident that has ended; safe to repeat."""
    incident = await context.incidents.load(incident_id)
    events = await context.incidents.events(incident_id)
    promised = await context.objectives.of(incident) if context.objectives else ()
    markdown = postmortem.write(incident, events, context.clock.now(), promised)
    place = await context.incidents.publish_report(incident_id, markdown)
    await context.journal.append(
        incident_id,
        EventDraft(
            actor="reporter",
            kind=EventKind.REPORT_WRITTEN,
            payload={"place": place},
            step_key="report_written",
        ),
    )
