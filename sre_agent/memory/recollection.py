"""Which past incidents are worth being reminded of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sre_agent.domain.observations.memory import PastIncident, PastIncidents
from sre_agent.memory import similarity
from sre_agent.memory.features import Family, Features
from sre_agent.memory.record import Record
from sre_agent.memory.similarity import Rarity

LIMIT = 3
"""So many are evidence: people read three and skip ten."""
LEAST_SIMILARITY = 0.35
"""Below this, likeness is chance: where alerts are many, two of one rule at different services and
nothing else in common stay under it."""
SOUGHT_BY = (Family.SERVICE, Family.FINGERPRINT, Family.ALERT, Family.CAUSE)
"""A past incident that shares no word of these is not even looked at."""


@dataclass(frozen=True)
class Candidate:
    """A past incident that may be like the present one."""

    incident_id: str
    cluster_id: str
    namespace: str
    service: str
    record: Record


def select(present: Features, candidates: Iterable[Candidate], rarity: Rarity) -> PastIncidents:
    """Return the candidates most like the present incident, best first; the newer of equals first."""
    found = [_compared(present, item, rarity) for item in candidates]
    alike = [item for item in found if item.similarity >= LEAST_SIMILARITY]
    alike.sort(key=lambda item: (-item.similarity, -item.ended_at.timestamp(), item.incident_id))
    return PastIncidents(incidents=tuple(alike[:LIMIT]), considered=rarity.incidents)


def _compared(present: Features, past: Candidate, rarity: Rarity) -> PastIncident:
    record = past.record
    likeness = similarity.compare(present, record.features, rarity)
    return PastIncident(
        incident_id=past.incident_id,
        ended_at=record.ended_at,
        cluster_id=past.cluster_id,
        namespace=past.namespace,
        service=past.service,
        cause=record.cause,
        repair=record.repair,
        outcome=record.outcome,
        verdict=record.verdict,
        similarity=round(likeness.score, 3),
        reasons=likeness.reasons,
    )


def sought(present: Features) -> Mapping[Family, frozenset[str]]:
    """Return the words by which past incidents are looked up, by family."""
    return {family: present.of(family) for family in SOUGHT_BY if present.of(family)}
