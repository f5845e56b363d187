"""Let go on by themselves the alerts that the found cause does not explain and another one does."""

from collections.abc import Sequence

from sre_agent.diagnosis.concluding import splitting
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.steering import UnfitStepError
from sre_agent.graph.context import RunContext


async def part(
    context: RunContext, incident: Incident, diagnosis: Diagnosis, evidence: Sequence[Evidence]
) -> Incident:
    """Return the incident with the alerts that are its own; safe to repeat."""
    for item in splitting.apart(diagnosis, incident, evidence):
        try:
            await context.incidents.split(
                incident.id,
                item.fingerprints,
                reason=item.reason,
                step_key=f"split:{':'.join(item.fingerprints)}",
            )
        except UnfitStepError:
            # They stay, and the verification of the repair counts them: nothing is lost by it.
            continue
    return await context.incidents.load(incident.id)
