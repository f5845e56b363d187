"""File as evidence what the platform itself knows: it stands in the log like what specialists bring."""

from dataclasses import dataclass

from sre_agent.agents import summaries
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Observation
from sre_agent.domain.tools import ToolCall
from sre_agent.graph.context import RunContext


@dataclass(frozen=True)
class Find:
    """What was found, of which kind, by whom, and by what it can be asked for again."""

    id: EvidenceId
    kind: str
    finder: str
    tool: str
    found: Observation


async def file(context: RunContext, incident: Incident, find: Find) -> Evidence:
    """Add a find to the incident's log; after a crash it is what was found the first time."""
    facts = find.found.model_dump(mode="json")
    added = Evidence(
        id=find.id,
        kind=find.kind,
        specialist=find.finder,
        call=ToolCall(server=find.finder, tool=find.tool, arguments={"incident": incident.id}),
        subject=None,
        facts=facts,
        summary=summaries.summarize(find.kind, facts),
        observed_at=context.clock.now(),
    )
    event = await context.journal.append(
        incident.id,
        EventDraft(
            actor=find.finder,
            kind=EventKind.EVIDENCE_ADDED,
            payload={"evidence": added.model_dump(mode="json")},
            step_key=f"evidence:{find.id}",
        ),
    )
    return Evidence.model_validate(event.payload["evidence"])
