"""The names that an organization has: of services that had incidents, promise something, or call others."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sre_agent.ask.asking import Known, Place

_MOST = 2000
"""So many names of each kind are known; a question can name others by an incident."""

_PLACES = sa.text("""
    SELECT DISTINCT namespace, service FROM (
        SELECT namespace, service FROM incidents WHERE org_id = :org_id
        UNION SELECT namespace, service FROM incident_members WHERE org_id = :org_id
        UNION SELECT definition ->> 'namespace', definition ->> 'service' FROM slos WHERE org_id = :org_id
        UNION SELECT namespace, caller FROM service_edges WHERE org_id = :org_id
        UNION SELECT namespace, callee FROM service_edges WHERE org_id = :org_id
    ) AS named WHERE service <> '' ORDER BY namespace, service LIMIT :most
""")
_SLOS = sa.text("SELECT DISTINCT id FROM slos WHERE org_id = :org_id ORDER BY id LIMIT :most")


async def find(connection: AsyncConnection, org_id: str) -> Known:
    """Return the names of an organization."""
    about = {"org_id": org_id, "most": _MOST}
    places = await connection.execute(_PLACES, about)
    slos = await connection.execute(_SLOS, about)
    return Known(
        places=tuple(
            Place(namespace=row.namespace[:253], service=row.service[:253]) for row in places
        ),
        slos=tuple(slos.scalars()),
    )
