"""How every incident ends: its last status first, then the report that can tell of it."""

from collections.abc import Sequence

from sre_agent.domain import runs
from sre_agent.domain.events import Event, EventDraft, EventKind
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
    """Write and publish the report of an incident that has ended; safe to repeat.

    Nobody waits for a model to read how an incident ended: its summary is added to what is there.
    """
    await _publish(context, incident_id)
    if await _is_summed_up(context, incident_id):
        await _publish(context, incident_id)


def lacks_summary(context: RunContext, log: Sequence[Event]) -> bool:
    """Return whether a model is still to be asked how this run went."""
    present = runs.present(log)
    is_asked = any(event.kind is EventKind.MODEL_SUMMARY for event in present)
    return context.reporter is not None and not is_asked


async def _is_summed_up(context: RunContext, incident_id: IncidentId) -> bool:
    """Ask for a summary of this run, once; return whether the report has to be written anew."""
    log = await context.incidents.events(incident_id)
    if context.reporter is None or not lacks_summary(context, log):
        return False
    incident = await context.incidents.load(incident_id)
    written = await context.reporter.summarize(incident, runs.present(log))
    await context.journal.append(
        incident_id,
        EventDraft(
            actor="reporter",
            kind=EventKind.MODEL_SUMMARY,
            payload=written.model_dump(mode="json"),
            step_key="model_summary",
        ),
    )
    return bool(written.summary.sentences)


async def _publish(context: RunContext, incident_id: IncidentId) -> None:
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
