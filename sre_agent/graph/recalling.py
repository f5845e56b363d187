"""Ask memory whether something like this was seen before, and file the answer as evidence."""

from collections.abc import Sequence

from sre_agent.agents import summaries
from sre_agent.domain import observations
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.memory import PastIncidents
from sre_agent.domain.runs import of_run
from sre_agent.domain.tools import ToolCall
from sre_agent.graph.context import RunContext
from sre_agent.memory import features
from sre_agent.memory.record import KIND

SPECIALIST = "memory"


async def recall(
    context: RunContext,
    incident: Incident,
    evidence: Sequence[Evidence],
    diagnosis: Diagnosis,
    round_: int,
) -> list[Evidence]:
    """Return past incidents that no earlier round was reminded of, as evidence already in the log."""
    if context.memory is None:
        return []
    present = features.extract(incident, evidence, diagnosis, context.clock.now())
    found = await context.memory.recall(incident.id, present)
    if {item.incident_id for item in found.incidents} <= _known(evidence):
        return []
    # A round may be judged again, after a dismissal: each memory has an id of its own.
    number = 1 + sum(item.kind == KIND for item in evidence)
    added = _evidence(context, incident, found, f"{round_}.{number}")
    event = await context.journal.append(
        incident.id,
        EventDraft(
            actor=SPECIALIST,
            kind=EventKind.EVIDENCE_ADDED,
            payload={"evidence": added.model_dump(mode="json")},
            step_key=f"evidence:{added.id}",
        ),
    )
    # After a crash that is what was remembered the first time.
    return [Evidence.model_validate(event.payload["evidence"])]


def _known(evidence: Sequence[Evidence]) -> set[str]:
    read = (observations.read(item, PastIncidents) for item in evidence)
    return {past.incident_id for seen in read if seen for past in seen.incidents}


def _evidence(context: RunContext, incident: Incident, found: PastIncidents, mark: str) -> Evidence:
    facts = found.model_dump(mode="json")
    return Evidence(
        id=EvidenceId(of_run(incident.run, f"{SPECIALIST}-{mark}")),
        kind=KIND,
        specialist=SPECIALIST,
        call=ToolCall(
            server=SPECIALIST, tool="similar_incidents", arguments={"incident": incident.id}
        ),
        subject=None,
        facts=facts,
        summary=summaries.summarize(KIND, facts),
        observed_at=context.clock.now(),
    )
