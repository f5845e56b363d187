"""What the operator's file says of an incident's services, brought as evidence: the log keeps what counted."""

from collections.abc import Sequence

from sre_agent.diagnosis.changes import sources
from sre_agent.diagnosis.incident import case
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.runs import of_run
from sre_agent.graph import filing
from sre_agent.graph.context import RunContext
from sre_agent.graph.filing import Find

SPECIALIST = "services"
KIND, TOOL = "services.entries", "service_entries"


async def bring(
    context: RunContext, incident: Incident, evidence: Sequence[Evidence], round_: int
) -> list[Evidence]:
    """Return what the file says of the services seen, in the log already; nothing if all is known."""
    told = await context.services.of(incident) if context.services else None
    if told is None:
        return []
    known = case.build(evidence, incident, context.clock.now())
    now = told.model_copy(update={"entries": sources.concerning(known, told.entries)})
    before = known.declared.fact if known.declared else None
    is_empty = not (now.entries or now.fault)
    if now == before or (is_empty and before is None):
        return []
    number = 1 + sum(item.kind == KIND for item in evidence)
    id_ = EvidenceId(of_run(incident.run, f"{SPECIALIST}-{round_}.{number}"))
    find = Find(id_, KIND, SPECIALIST, TOOL, now)
    return [await filing.file(context, incident, find)]
