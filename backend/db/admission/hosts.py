"""Where an alert belongs whose service has no open incident but had one not long ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission.arrivals import Arrival, ServiceKey
from backend.db.tables.incidents import OPEN
from backend.db.tenancy import Tenant
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

MERGED_FOR = timedelta(minutes=10)
"""For so long after a merger, alerts of the service join the incident that survived."""

SETTLING = timedelta(seconds=30)
"""For so long after a repair, an alert that the incident knew may flap without a second run."""

REOPENED_FOR = timedelta(minutes=30)
"""For so long after its end, an incident is reopened when the same failure shows again."""

# The newest incidents of each service that are over (its own, and those its alerts had joined), and
# whatever each was merged into, until the end of that chain.
_FIND = sa.text(f"""
    WITH RECURSIVE chain AS (
        SELECT key.namespace, key.service, past.id AS first_id, past.ended_at AS first_ended_at,
            past.id, past.status, past.merged_into, past.ended_at, past.own_namespace,
            past.own_service
        FROM unnest(CAST(:namespaces AS text[]), CAST(:services AS text[])) AS key(namespace, service)
        CROSS JOIN LATERAL (
            (SELECT id, status, merged_into, ended_at, namespace AS own_namespace,
                incidents.service AS own_service
            FROM incidents
            WHERE org_id = :org_id AND cluster_id = :cluster_id
                AND incidents.namespace = key.namespace AND incidents.service = key.service
            ORDER BY opened_at DESC LIMIT 3)
            UNION ALL
            (SELECT incidents.id, status, merged_into, ended_at, incidents.namespace,
                incidents.service
            FROM (
                SELECT incident_id FROM incident_members
                WHERE org_id = :org_id AND cluster_id = :cluster_id
                    AND incident_members.namespace = key.namespace
                    AND incident_members.service = key.service
                ORDER BY joined_at DESC LIMIT 3
            ) AS member JOIN incidents ON incidents.id = member.incident_id)
        ) AS past
        WHERE past.ended_at > :since
        UNION
        SELECT chain.namespace, chain.service, chain.first_id, chain.first_ended_at, survivor.id,
            survivor.status, survivor.merged_into, survivor.ended_at, survivor.namespace,
            survivor.service
        FROM chain JOIN incidents AS survivor ON survivor.id = chain.merged_into
    )
    SELECT chain.*, EXISTS (
        SELECT FROM incidents WHERE org_id = :org_id AND cluster_id = :cluster_id
            AND incidents.namespace = own_namespace AND incidents.service = own_service AND {OPEN}
    ) AS is_followed, EXISTS (
        SELECT FROM events WHERE events.incident_id = chain.id AND events.kind = 'split'
            AND payload ->> 'into' = chain.id
    ) AS was_split_off
    FROM chain WHERE merged_into IS NULL ORDER BY first_ended_at DESC, first_id
""")  # noqa: S608 - a constant of ours

_FIND_PRINTS = sa.text("""
    SELECT DISTINCT incident_id, fingerprint, name FROM alerts
    WHERE incident_id = ANY(CAST(:ids AS text[]))
        AND (fingerprint = ANY(CAST(:fingerprints AS text[])) OR name = ANY(CAST(:names AS text[])))
""")


@dataclass(frozen=True)
class Past:
    """An incident that is over: the one whose service it was, or what that was merged into."""

    incident_id: IncidentId
    own_key: ServiceKey
    status: IncidentStatus
    ended_at: datetime | None
    first_ended_at: datetime
    is_followed: bool
    was_split_off: bool
    fingerprints: frozenset[str]
    names: frozenset[str]

    def survives(self, now: datetime) -> bool:
        """Return whether it goes on in place of one that was merged into it."""
        return self.status.is_open and self.first_ended_at > now - MERGED_FOR

    def settles(self, arrival: Arrival, now: datetime) -> bool:
        """Return whether the alert is the echo of what just ended.

        After a repair that is what the incident knew itself; when people were told, or nothing was
        wrong, all that is of the same name, such as the rest of a storm.
        """
        if self.ended_at is None or self.ended_at <= now - SETTLING:
            return False
        if arrival.alert.fingerprint in self.fingerprints:
            return True
        return self.status is not IncidentStatus.RESOLVED and arrival.alert.name in self.names

    def comes_back(self, arrival: Arrival, now: datetime) -> bool:
        """Return whether the alert says that the same failure is there again."""
        is_known = (
            arrival.alert.fingerprint in self.fingerprints or arrival.alert.name in self.names
        )
        is_recent = self.ended_at is not None and self.ended_at > now - REOPENED_FOR
        return is_known and is_recent and not self.is_followed


@dataclass(frozen=True)
class Hosts:
    """Incidents that take alerts in place of a new one: per service, the newest first."""

    now: datetime
    past: Mapping[ServiceKey, Sequence[Past]] = field(default_factory=dict)

    def survivor(self, key: ServiceKey) -> IncidentId | None:
        """Return the open incident into which the service's newest one was merged."""
        newest = next(iter(self.past.get(key, ())), None)
        return newest.incident_id if newest and newest.survives(self.now) else None

    def settling(self, arrival: Arrival) -> IncidentId | None:
        """Return the incident whose repair the alert echoes."""
        newest = next(iter(self.past.get(arrival.service_key, ())), None)
        return newest.incident_id if newest and newest.settles(arrival, self.now) else None

    def is_apart(self, key: ServiceKey, arrivals: Sequence[Arrival]) -> bool:
        """Return whether what is back was split off from others, which it must not join again."""
        back = self.returning(arrivals)
        return back is not None and back[0].was_split_off and back[0].own_key == key

    def returning(self, arrivals: Sequence[Arrival]) -> tuple[Past, Arrival] | None:
        """Return the incident whose failure is there again, and the alert that says so."""
        for arrival in arrivals:
            for past in self.past.get(arrival.service_key, ()):
                if past.comes_back(arrival, self.now):
                    return past, arrival
        return None


async def find(
    connection: AsyncConnection, tenant: Tenant, arrivals: Sequence[Arrival], now: datetime
) -> Hosts:
    """Return the hosts of the alerts' services."""
    keys = sorted({arrival.service_key for arrival in arrivals})
    if not keys:
        return Hosts(now)
    parameters = {
        "namespaces": [namespace for namespace, _ in keys],
        "services": [service for _, service in keys],
        "since": now - REOPENED_FOR,
        **vars(tenant),
    }
    rows = (await connection.execute(_FIND, parameters)).all()
    known = await _prints(
        connection, {id_ for row in rows for id_ in (row.first_id, row.id)}, arrivals
    )
    past: dict[ServiceKey, list[Past]] = {}
    for row in rows:
        prints = {*known.get(row.first_id, ()), *known.get(row.id, ())}
        item = Past(
            incident_id=IncidentId(row.id),
            own_key=(row.own_namespace, row.own_service),
            status=IncidentStatus(row.status),
            ended_at=row.ended_at,
            first_ended_at=row.first_ended_at,
            is_followed=row.is_followed,
            was_split_off=row.was_split_off,
            fingerprints=frozenset(fingerprint for fingerprint, _ in prints),
            names=frozenset(name for _, name in prints),
        )
        past.setdefault((row.namespace, row.service), []).append(item)
    return Hosts(now, past)


async def _prints(
    connection: AsyncConnection, ids: set[str], arrivals: Sequence[Arrival]
) -> dict[str, set[tuple[str, str]]]:
    """Return fingerprint and name of those alerts of the incidents that resemble the arrivals."""
    if not ids:
        return {}
    parameters = {
        "ids": sorted(ids),
        "fingerprints": sorted({arrival.alert.fingerprint for arrival in arrivals}),
        "names": sorted({arrival.alert.name for arrival in arrivals}),
    }
    found: dict[str, set[tuple[str, str]]] = {}
    for row in await connection.execute(_FIND_PRINTS, parameters):
        found.setdefault(row.incident_id, set()).add((row.fingerprint, row.name))
    return found
