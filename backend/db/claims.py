"""Claims on objects: one open incident at a time repairs an object."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal
from backend.db.tables.incidents import incidents, target_claims
from backend.db.transitions import IncidentEndedError
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef


async def claim(
    connection: AsyncConnection, incident_id: IncidentId, target: ObjectRef, *, now: datetime
) -> IncidentId:
    """Claim an object, or return the open incident that has it; an incident's end frees its claims.

    An incident that was merged already (its worker died before it knew) gets the one it went into.

    Raises:
        IncidentNotFoundError: There is no such incident.
        IncidentEndedError: The incident has ended and repairs nothing any more.
    """
    # Holding the incident's row keeps it from ending, and so from freeing its claims, meanwhile.
    await journal.lock_incident(connection, incident_id)
    columns = incidents.c
    query = sa.select(columns.org_id, columns.cluster_id, columns.status, columns.merged_into)
    row = (await connection.execute(query.where(columns.id == incident_id))).one()
    if row.merged_into is not None:
        return IncidentId(row.merged_into)
    if not IncidentStatus(row.status).is_open:
        raise IncidentEndedError(f"incident {incident_id} has ended: {row.status}")
    key = {"org_id": row.org_id, "cluster_id": row.cluster_id, "target": str(target)}
    wanted = insert(target_claims).values(**key, incident_id=incident_id, claimed_at=now)
    # Setting a column to its own value changes nothing and makes the holder's row come back.
    kept = wanted.on_conflict_do_update(
        index_elements=list(key), set_={"incident_id": target_claims.c.incident_id}
    )
    holder = await connection.execute(kept.returning(target_claims.c.incident_id))
    return IncidentId(holder.scalar_one())
