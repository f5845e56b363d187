"""Looking up past incidents: the port of the brain's memory on PostgreSQL, and what was learned."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import incident_rows
from backend.db.learning import Learning
from backend.db.tables.incidents import incidents
from backend.db.tables.memory import past_incidents
from sre_agent import ports
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.observations.memory import NamedCause, Outcome, PastIncidents, PastVerdict
from sre_agent.memory import features, recollection
from sre_agent.memory.calibration import Learned, Named, learn
from sre_agent.memory.features import Features
from sre_agent.memory.lessons import Lessons
from sre_agent.memory.recollection import Candidate
from sre_agent.memory.record import Record
from sre_agent.memory.similarity import Rarity

NEWEST_PER_WORD = 200
"""So many incidents are looked at for each word they are sought by: older ones are seldom news."""
LEARNED_FROM = 10_000
"""The newest so many incidents say how right we are; older ones were judged by older rules."""

# An incident that is open again has no end that could prove anything.
_CANDIDATES = sa.text("""
    SELECT past.*, incidents.cluster_id FROM past_incidents AS past
    JOIN incidents ON incidents.id = past.incident_id AND incidents.ended_at IS NOT NULL
    WHERE past.org_id = :org_id AND past.incident_id <> :incident_id AND past.incident_id IN (
        SELECT newest.incident_id
        FROM unnest(CAST(:sought AS text[])) AS word
        CROSS JOIN LATERAL (
            SELECT incident_id FROM past_incident_tokens AS held
            WHERE held.org_id = :org_id AND held.token = word
            ORDER BY held.ended_at DESC LIMIT :newest
        ) AS newest)
    ORDER BY past.incident_id
""")

_COUNTS = sa.text("""
    SELECT token, count(*) AS number FROM past_incident_tokens
    WHERE org_id = :org_id AND token = ANY(CAST(:tokens AS text[])) GROUP BY token
""")


class PostgresMemory(ports.Memory):
    """The past incidents of every organization; a run is told of its own one's only."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._learning = Learning(engine)

    @override
    async def recall(self, incident_id: IncidentId, present: Features) -> PastIncidents:
        """Return the past incidents most like the present one."""
        async with self._engine.connect() as connection:
            tenant = await incident_rows.tenant_of(connection, incident_id)
            return await recall(connection, incident_id, present, org_id=tenant.org_id)

    @override
    async def lessons(self, incident_id: IncidentId) -> Lessons | None:
        """Return what the incident's cluster teaches, as of the last time that there was news."""
        async with self._engine.connect() as connection:
            tenant = await incident_rows.tenant_of(connection, incident_id)
        return await self._learning.lessons(tenant)


async def recall(
    connection: AsyncConnection, incident_id: IncidentId, present: Features, *, org_id: str
) -> PastIncidents:
    """Return the past incidents of an organization that are most like an incident of it."""
    sought = [
        features.token(family, word)
        for family, words in recollection.sought(present).items()
        for word in sorted(words)
    ]
    parameters = {"org_id": org_id, "incident_id": incident_id, "sought": sought}
    rows = await connection.execute(_CANDIDATES, {**parameters, "newest": NEWEST_PER_WORD})
    candidates = [_candidate(row) for row in rows.mappings()]
    if not candidates:
        return PastIncidents(incidents=(), considered=await _count(connection, org_id))
    rarity = await _rarity(connection, org_id, present, candidates)
    return recollection.select(present, candidates, rarity)


async def learned(connection: AsyncConnection, *, org_id: str) -> Learned:
    """Return how right the causes named in an organization's incidents were."""
    columns = (past_incidents.c[name] for name in Named.model_fields)
    ended = sa.and_(
        incidents.c.id == past_incidents.c.incident_id, incidents.c.ended_at.is_not(None)
    )
    query = sa.select(*columns).join(incidents, ended).where(past_incidents.c.org_id == org_id)
    newest = query.order_by(past_incidents.c.ended_at.desc()).limit(LEARNED_FROM)
    rows = (await connection.execute(newest)).mappings()
    return learn([Named.model_validate(dict(row)) for row in rows])


async def _count(connection: AsyncConnection, org_id: str) -> int:
    query = sa.select(sa.func.count()).where(past_incidents.c.org_id == org_id)
    total: int = (await connection.execute(query)).scalar_one()
    return total


async def _rarity(
    connection: AsyncConnection, org_id: str, present: Features, past: Iterable[Candidate]
) -> Rarity:
    """Return how rare the words are that any comparison will weigh."""
    tokens = {*present.tokens}.union(*(item.record.features.tokens for item in past))
    rows = await connection.execute(_COUNTS, {"org_id": org_id, "tokens": sorted(tokens)})
    counts = {row.token: row.number for row in rows}
    return Rarity(incidents=await _count(connection, org_id), counts=counts)


def _candidate(row: RowMapping) -> Candidate:
    cause, verdict = row["cause"], row["verdict"]
    return Candidate(
        incident_id=row["incident_id"],
        cluster_id=row["cluster_id"],
        namespace=row["namespace"],
        service=row["service"],
        record=Record(
            ended_at=row["ended_at"],
            cause=NamedCause.model_validate(cause) if cause else None,
            confidence=row["confidence"],
            repair=row["repair"],
            outcome=Outcome(row["outcome"]),
            verdict=PastVerdict.model_validate(verdict) if verdict else None,
            features=features.parse(row["tokens"]),
        ),
    )
