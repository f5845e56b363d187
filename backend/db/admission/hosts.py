"""Where an alert belongs whose service has no open incident but had one a moment ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission.arrivals import Arrival, ServiceKey
from backend.db.admission.statements import Tenant
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

MERGED_FOR = timedelta(minutes=10)
"""For so long after a merger, alerts of the service join the incident that survived."""

SETTLING = timedelta(seconds=30)
"""For so long after a repair, an alert that the incident knew may flap without a second run."""

# The newest incident of each service, and whatever it was merged into, until the end of that chain.
_FIND = sa.text("""
    WITH RECURSIVE chain AS (
        SELECT key.namespace, key.service, newest.id AS newest_id, newest.id, newest.status,
            newest.merged_into, newest.ended_at
        FROM unnest(CAST(:namespaces AS text[]), CAST(:services AS text[])) AS key(namespace, service)
        CROSS JOIN LATERAL (
            SELECT id, status, merged_into, ended_at FROM incidents
            WHERE org_id = :org_id AND cluster_id = :cluster_id
                AND incidents.namespace = key.namespace AND incidents.service = key.service
            ORDER BY opened_at DESC LIMIT 1
        ) AS newest
        WHERE newest.status IN ('merged', 'resolved') AND newest.ended_at > :since
        UNION
        SELECT chain.namespace, chain.service, chain.newest_id, survivor.id, survivor.status,
            survivor.merged_into, survivor.ended_at
        FROM chain JOIN incidents AS survivor ON survivor.id = chain.merged_into
    )
    SELECT * FROM chain WHERE merged_into IS NULL
""")

_FIND_PRINTS = sa.text("""
    SELECT DISTINCT incident_id, fingerprint FROM alerts
    WHERE incident_id = ANY(CAST(:ids AS text[])) AND fingerprint = ANY(CAST(:fingerprints AS text[]))
""")


@dataclass(frozen=True)
class Hosts:
    """Incidents that take alerts in place of a new one.

    A survivor takes every alert of the service; an incident resolved a moment ago only what it, or
    the one merged into it, knows by fingerprint.
    """

    survivors: Mapping[ServiceKey, IncidentId] = field(default_factory=dict)
    settling: Mapping[tuple[ServiceKey, str], IncidentId] = field(default_factory=dict)

    def of(self, arrival: Arrival) -> IncidentId | None:
        """Return the incident that takes an alert, if there is one."""
        key = arrival.service_key
        return self.survivors.get(key) or self.settling.get((key, arrival.alert.fingerprint))

    def without(self, ended: set[IncidentId]) -> "Hosts":
        """Return the hosts but for survivors that have ended meanwhile."""
        survivors = {key: id_ for key, id_ in self.survivors.items() if id_ not in ended}
        return Hosts(survivors, self.settling)


async def find(
    connection: AsyncConnection, tenant: Tenant, arrivals: Sequence[Arrival], now: datetime
) -> Hosts:
    """Return the hosts of the alerts' services."""
    keys = sorted({arrival.service_key for arrival in arrivals})
    if not keys:
        return Hosts()
    parameters = {
        "namespaces": [namespace for namespace, _ in keys],
        "services": [service for _, service in keys],
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
        "since": now - MERGED_FOR,
    }
    survivors: dict[ServiceKey, IncidentId] = {}
    resolved: dict[ServiceKey, tuple[IncidentId, IncidentId]] = {}
    for row in await connection.execute(_FIND, parameters):
        key = (row.namespace, row.service)
        status = IncidentStatus(row.status)
        if status.is_open:
            survivors[key] = row.id
        elif status is IncidentStatus.RESOLVED and row.ended_at > now - SETTLING:
            resolved[key] = (row.newest_id, row.id)
    return Hosts(survivors, await _settling(connection, resolved, arrivals))


async def _settling(
    connection: AsyncConnection,
    resolved: Mapping[ServiceKey, tuple[IncidentId, IncidentId]],
    arrivals: Sequence[Arrival],
) -> dict[tuple[ServiceKey, str], IncidentId]:
    if not resolved:
        return {}
    parameters = {
        "ids": [id_ for ids in resolved.values() for id_ in ids],
        "fingerprints": [arrival.alert.fingerprint for arrival in arrivals],
    }
    known = {tuple(row) for row in await connection.execute(_FIND_PRINTS, parameters)}
    return {
        (arrival.service_key, arrival.alert.fingerprint): resolved[arrival.service_key][1]
        for arrival in arrivals
        if any(
            (id_, arrival.alert.fingerprint) in known
            for id_ in resolved.get(arrival.service_key, ())
        )
    }
