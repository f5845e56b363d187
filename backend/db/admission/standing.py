"""What an admission has to know of open incidents and of who calls whom, and whom they take in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission.arrivals import ServiceKey
from backend.db.admission.correlation import Neighbours, Standing
from backend.db.engine import to_json
from backend.db.service_edges import LIFETIME
from backend.db.tables.incidents import OPEN
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

_COLUMNS = """incidents.id, incidents.namespace AS own_namespace, incidents.service AS own_service,
    incidents.status, incidents.opened_at,
    COALESCE(incidents.last_alert_at, incidents.opened_at) AS last_alert_at"""

# Row by row on purpose, and of what a service once joined only the newest: a planner without
# statistics would read the whole history.
_FIND_OPEN = sa.text(f"""
    SELECT key.namespace, key.service, found.*
    FROM unnest(CAST(:namespaces AS text[]), CAST(:services AS text[])) AS key(namespace, service)
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS} FROM incidents
        WHERE org_id = :org_id AND cluster_id = :cluster_id
            AND incidents.namespace = key.namespace AND incidents.service = key.service AND {OPEN})
        UNION ALL
        (SELECT {_COLUMNS} FROM (
            SELECT incident_id FROM incident_members
            WHERE org_id = :org_id AND cluster_id = :cluster_id
                AND incident_members.namespace = key.namespace
                AND incident_members.service = key.service
            ORDER BY joined_at DESC LIMIT 10
        ) AS member JOIN incidents ON incidents.id = member.incident_id WHERE {OPEN})
    ) AS found
""")  # noqa: S608 - constants of ours

_FIND_NEIGHBOURS = sa.text("""
    SELECT DISTINCT key.namespace, key.service, found.other
    FROM unnest(CAST(:namespaces AS text[]), CAST(:services AS text[])) AS key(namespace, service)
    CROSS JOIN LATERAL (
        SELECT callee AS other FROM service_edges
        WHERE org_id = :org_id AND cluster_id = :cluster_id AND namespace = key.namespace
            AND caller = key.service AND seen_at > :since
        UNION ALL
        SELECT caller FROM service_edges
        WHERE org_id = :org_id AND cluster_id = :cluster_id AND namespace = key.namespace
            AND callee = key.service AND seen_at > :since
    ) AS found
""")

_ADD_MEMBERS = sa.text("""
    INSERT INTO incident_members (incident_id, namespace, service, org_id, cluster_id, joined_at)
    SELECT incident_id, namespace, service, :org_id, :cluster_id, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        incident_id text, namespace text, service text)
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Member:
    """A service that joins an incident which is not its own."""

    incident_id: IncidentId
    service_key: ServiceKey


async def find_open(
    connection: AsyncConnection, tenant: Tenant, keys: Iterable[ServiceKey]
) -> list[Standing]:
    """Return every open incident that has alerts of one of the services."""
    rows = await _ask(connection, _FIND_OPEN, tenant, keys)
    return [
        Standing(
            service_key=(row.namespace, row.service),
            incident_id=IncidentId(row.id),
            own_key=(row.own_namespace, row.own_service),
            status=IncidentStatus(row.status),
            opened_at=row.opened_at,
            last_alert_at=row.last_alert_at,
        )
        for row in rows
    ]


async def find_neighbours(
    connection: AsyncConnection, tenant: Tenant, keys: Iterable[ServiceKey], now: datetime
) -> Neighbours:
    """Return whom each of the services calls or is called by, within its namespace."""
    rows = await _ask(connection, _FIND_NEIGHBOURS, tenant, keys, since=now - LIFETIME)
    found: dict[ServiceKey, set[ServiceKey]] = {}
    for row in rows:
        found.setdefault((row.namespace, row.service), set()).add((row.namespace, row.other))
    return {key: frozenset(others) for key, others in found.items()}


async def add_members(
    connection: AsyncConnection, tenant: Tenant, members: Sequence[Member], now: datetime
) -> None:
    """Record which services joined which incidents; safe to repeat."""
    if not members:
        return
    rows = [
        {
            "incident_id": member.incident_id,
            "namespace": member.service_key[0],
            "service": member.service_key[1],
        }
        for member in members
    ]
    parameters = {"rows": to_json(rows), "now": now, **vars(tenant)}
    await connection.execute(_ADD_MEMBERS, parameters)


async def _ask(
    connection: AsyncConnection,
    query: sa.TextClause,
    tenant: Tenant,
    keys: Iterable[ServiceKey],
    **more: object,
) -> Sequence[sa.Row[Any]]:
    wanted = sorted(set(keys))
    if not wanted:
        return []
    parameters = {
        "namespaces": [namespace for namespace, _ in wanted],
        "services": [service for _, service in wanted],
        **vars(tenant),
        **more,
    }
    return (await connection.execute(query, parameters)).all()
