"""Keeping what is worth remembering of an incident: a reading of its log, stored for looking up."""

from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import incident_rows, journal
from backend.db.engine import to_json
from backend.db.tables.incidents import incidents
from backend.db.tables.memory import past_failures, past_incident_tokens, past_incidents
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.memory import lessons, record
from sre_agent.memory.record import Record

_log = structlog.get_logger()

_INSERT_TOKENS = sa.text("""
    INSERT INTO past_incident_tokens (org_id, token, incident_id, ended_at)
    SELECT :org_id, token, :incident_id, :ended_at
    FROM json_array_elements_text(CAST(:tokens AS json)) AS token
""")


@dataclass(frozen=True)
class Rebuilt:
    """How many incidents are remembered after a rebuild, and whose logs could not be read."""

    remembered: int
    unreadable: tuple[IncidentId, ...]


async def remember(connection: AsyncConnection, incident_id: IncidentId) -> bool:
    """Store what the incident's log says, in the caller's transaction; replace what was stored.

    The caller holds the lock of the incident's row. A log that cannot be read as ours, such as one
    of a much older version, is logged and leaves nothing: no incident fails to end for it.

    Returns:
        Whether the log could be read.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    incident = await incident_rows.load(connection, incident_id)
    try:
        found = record.read(incident, await journal.read(connection, incident_id))
    except (LookupError, TypeError, ValueError, journal.UnreadableEventError) as error:
        _log.warning("incident_not_remembered", incident_id=incident_id, reason=str(error))
        await _forget(connection, incident_id)
        return False
    await _forget(connection, incident_id)
    if found is not None:
        await _store(connection, incident, found)
    return True


async def rebuild(engine: AsyncEngine) -> Rebuilt:
    """Make the memory of all organizations anew from the logs; one transaction per incident."""
    query = sa.select(incidents.c.id).where(incidents.c.ended_at.is_not(None))
    async with engine.connect() as connection:
        ids = [IncidentId(id_) for id_ in (await connection.execute(query)).scalars()]
    unreadable: list[IncidentId] = []
    for id_ in ids:
        async with engine.begin() as connection:
            await journal.lock_incident(connection, id_)
            if not await remember(connection, id_):
                unreadable.append(id_)
    async with engine.connect() as connection:
        count = sa.select(sa.func.count()).select_from(past_incidents)
        total: int = (await connection.execute(count)).scalar_one()
    return Rebuilt(remembered=total, unreadable=tuple(unreadable))


async def _forget(connection: AsyncConnection, incident_id: IncidentId) -> None:
    for table in (past_failures, past_incident_tokens, past_incidents):
        await connection.execute(sa.delete(table).where(table.c.incident_id == incident_id))


async def _store(connection: AsyncConnection, incident: Incident, found: Record) -> None:
    tokens = found.features.tokens
    row = {
        "incident_id": incident.id,
        "org_id": incident.org_id,
        "namespace": incident.namespace,
        "service": incident.service,
        "ended_at": found.ended_at,
        "outcome": found.outcome.value,
        "cause": found.cause.model_dump(mode="json") if found.cause else None,
        "confidence": found.confidence,
        "repair": found.repair,
        "verdict": found.verdict.model_dump(mode="json") if found.verdict else None,
        "tokens": list(tokens),
    }
    await connection.execute(insert(past_incidents).values(row))
    parameters = {key: row[key] for key in ("org_id", "incident_id", "ended_at")}
    await connection.execute(_INSERT_TOKENS, {**parameters, "tokens": to_json(tokens)})
    if found.failure is not None:
        failure = {
            **parameters,
            "cluster_id": incident.cluster_id,
            "culprit": found.failure.culprit,
            "fault": found.failure.fault,
            "stream": lessons.dump(found.failure.stream),
        }
        await connection.execute(insert(past_failures).values(failure))
