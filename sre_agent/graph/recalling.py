"""Ask memory what past incidents tell of this one, and file the answers as evidence."""

from collections.abc import Sequence

from sre_agent.diagnosis.incident import alert_stream, case, situation
from sre_agent.domain import observations
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.memory import AlertPatterns, PastIncidents
from sre_agent.domain.runs import of_run
from sre_agent.graph import filing
from sre_agent.graph.context import RunContext
from sre_agent.graph.filing import Find
from sre_agent.memory import features, lessons
from sre_agent.memory.record import KIND

SPECIALIST = "memory"
SIMILAR, PATTERNS = "similar_incidents", "alert_patterns"


async def recall(
    context: RunContext,
    incident: Incident,
    evidence: Sequence[Evidence],
    diagnosis: Diagnosis,
    round_: int,
) -> list[Evidence]:
    """Return what no earlier round was reminded of, as evidence already in the log.

    That is past incidents like this one, and what all verified ones teach of its alerts.
    """
    if context.memory is None:
        return []
    present = features.extract(incident, evidence, diagnosis, context.clock.now())
    similar = await context.memory.recall(incident.id, present)
    told: list[tuple[str, str, Observation]] = []
    if not {item.incident_id for item in similar.incidents} <= _known(evidence):
        told.append((KIND, SIMILAR, similar))
    patterns = await _patterns(context, incident, evidence)
    if patterns is not None and patterns != _newest_patterns(evidence):
        told.append((lessons.KIND, PATTERNS, patterns))
    return [
        await filing.file(
            context,
            incident,
            Find(_id(incident, evidence, kind, round_), kind, SPECIALIST, tool, found),
        )
        for kind, tool, found in told
    ]


async def _patterns(
    context: RunContext, incident: Incident, evidence: Sequence[Evidence]
) -> AlertPatterns | None:
    learned = await context.memory.lessons(incident.id) if context.memory else None
    if learned is None:
        return None
    seen = situation.assess(case.build(evidence, incident, context.clock.now()))
    return learned.apply(alert_stream.of(seen))


def _known(evidence: Sequence[Evidence]) -> set[str]:
    read = (observations.read(item, PastIncidents) for item in evidence)
    return {past.incident_id for seen in read if seen for past in seen.incidents}


def _newest_patterns(evidence: Sequence[Evidence]) -> AlertPatterns | None:
    ordered = sorted(evidence, key=lambda item: (item.observed_at, item.id))
    read = [observations.read(item, AlertPatterns) for item in ordered]
    return next((seen for seen in reversed(read) if seen), None)


def _id(incident: Incident, evidence: Sequence[Evidence], kind: str, round_: int) -> EvidenceId:
    """Return an id of its own: a round may be judged again, after a dismissal."""
    number = 1 + sum(item.kind == kind for item in evidence)
    name = SPECIALIST if kind == KIND else f"{SPECIALIST}-alerts"
    return EvidenceId(of_run(incident.run, f"{name}-{round_}.{number}"))
