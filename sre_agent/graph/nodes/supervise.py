"""Decide who looks first, and say why."""

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from sre_agent.agents import hinted, supervisor
from sre_agent.domain import steering
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import run_state, sightings
from sre_agent.graph.context import RunContext


async def supervise(state: run_state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Start the investigation of an incident that is still open."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    incident = await context.incidents.load(id_)
    if not incident.status.is_open:
        return Command(goto=END)
    await context.incidents.set_status(
        id_,
        IncidentStatus.INVESTIGATING,
        reason="a worker took the incident",
        step_key="status:investigating",
    )
    await context.journal.append(
        id_,
        EventDraft(
            actor="supervisor",
            kind=EventKind.RUN_STARTED,
            payload={
                "reason": f"{incident.alert_count} alerts of {incident.service}",
                sightings.KEY: sightings.of(incident),
            },
            step_key="run_started",
        ),
    )
    hint = steering.read(await context.incidents.events(id_)).hint
    selected = supervisor.select(incident, list(context.allowlist.specialists), hint)
    asked = hinted.questions(incident, hint)
    await context.journal.append(
        id_,
        EventDraft(
            actor="supervisor",
            kind=EventKind.SPECIALISTS_SELECTED,
            payload={
                "selected": [item.model_dump(mode="json") for item in selected],
                **({"hint": hint.model_dump(mode="json")} if hint else {}),
            },
            step_key="specialists_selected",
        ),
    )
    tasks = [
        Send(
            "investigate",
            run_state.SpecialistTask(
                incident_id=id_,
                run=run_state.run(state),
                specialist=item.specialist,
                round=1,
                questions=[
                    question.model_dump(mode="json")
                    for question in asked
                    if question.specialist == item.specialist
                ],
                evidence=[],
                gaps=[],
            ),
        )
        for item in selected
    ]
    return Command(goto=tasks, update={"round": 1})
