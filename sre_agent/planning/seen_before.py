"""What a report says of past incidents that memory brought."""

from collections.abc import Iterator, Sequence

from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.memory import PastIncident, PastIncidents


def sentences(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Yield one sentence for each past incident, as it was told last; the most alike first."""
    read = (observations.read(item, PastIncidents) for item in evidence)
    found = {past.incident_id: past for seen in read if seen for past in seen.incidents}
    for past in sorted(found.values(), key=lambda past: (-past.similarity, past.incident_id)):
        yield _sentence(past)


def _sentence(past: PastIncident) -> str:
    cause = f"{past.cause.fault_class} of {past.cause.object}" if past.cause else "no cause named"
    repair = f", repaired with {past.repair}" if past.repair else ""
    alike = "; ".join(past.reasons)
    return (
        f"{past.incident_id} of {past.ended_at:%Y-%m-%d}, {past.similarity:.0%} alike: "
        f"{cause}{repair}: {past.outcome}{_judged(past)} ({alike})"
    )


def _judged(past: PastIncident) -> str:
    if past.verdict is None:
        return ""
    actual = past.verdict.actual
    instead = f", actually {actual.fault_class} of {actual.object}" if actual else ""
    return f", judged {past.verdict.judgement} by {past.verdict.actor}{instead}"
