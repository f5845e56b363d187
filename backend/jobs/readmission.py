"""Alerts that fire on though their incident is over, and had no run of their own: they start anew."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db.admission import Arrival, Receipt, Tenant, returning
from backend.db.admission.admit import admit
from backend.db.admission.statements import take_turn
from sre_agent.domain import identity
from sre_agent.domain.alert import Alert, AlertStatus

PATIENCE = timedelta(seconds=60)
"""So long an alert may flap after the end of its incident; one that fires on is no echo."""

LONG_PATIENCE = timedelta(minutes=10)
"""So long an alert whose incident looked at it may fire on: rules look back over some minutes."""

_SOUGHT_FOR = timedelta(days=1)
"""An incident that ended longer ago is history."""

# What an alert waits for is the end of its incident, or of the one at the end of a chain of mergers.
# It had its run if that incident knew it when it planned; `was_here` counts how often incidents of the
# service took it in, so that an alert which never ends does not start runs for ever. What flaps was
# told to people.
_STRANDED = """
    WITH RECURSIVE chain AS (
        SELECT id, id AS last_id, status, merged_into, ended_at FROM incidents
        WHERE ended_at > :since AND firing_count > 0
        UNION
        SELECT chain.id, survivor.id, survivor.status, survivor.merged_into, survivor.ended_at
        FROM chain JOIN incidents AS survivor ON survivor.id = chain.merged_into
    ), held AS (
        SELECT chain.*, (
            SELECT max(at) FROM events WHERE events.incident_id = chain.last_id
                AND kind IN ('plan_proposed', 'plan_withheld')) AS planned_at
        FROM chain WHERE merged_into IS NULL AND ended_at <= :before
    ), stranded AS (
        SELECT alerts.fingerprint, alerts.starts_at, alerts.org_id, alerts.cluster_id
        FROM held JOIN alerts ON alerts.incident_id = held.id
        JOIN incidents AS own ON own.id = held.id
        WHERE alerts.status = 'firing' AND alerts.received_at <= :before
        AND NOT EXISTS (
            SELECT FROM events WHERE events.incident_id = held.last_id AND events.at > :calm_since
                AND events.kind = 'escalated' AND events.step_key LIKE '%flapping')
        AND CASE
            WHEN held.id <> held.last_id THEN true
            WHEN alerts.received_at > COALESCE(held.planned_at, held.ended_at) THEN true
            ELSE held.status <> 'escalated' AND held.ended_at <= :long_before AND 2 > (
                SELECT count(*) FROM incidents AS earlier
                JOIN events AS was_here ON was_here.incident_id = earlier.id
                WHERE earlier.org_id = own.org_id AND earlier.cluster_id = own.cluster_id
                    AND earlier.namespace = own.namespace AND earlier.service = own.service
                    AND earlier.opened_at >= :earliest
                    AND was_here.kind = 'alert_received'
                    AND was_here.payload ->> 'fingerprint' = alerts.fingerprint
                    AND CAST(was_here.payload ->> 'starts_at' AS timestamptz) = alerts.starts_at)
        END
    )
"""

_FIND_TENANTS = sa.text(f"{_STRANDED} SELECT DISTINCT org_id, cluster_id FROM stranded")  # noqa: S608 - a constant of ours

# They leave the old incident as if they had ended, so that admission lets them begin.
_TAKE = sa.text(f"""
    {_STRANDED}, taken AS (
        UPDATE alerts SET status = 'resolved' FROM stranded
        WHERE alerts.fingerprint = stranded.fingerprint AND alerts.starts_at = stranded.starts_at
            AND alerts.org_id = stranded.org_id AND alerts.cluster_id = stranded.cluster_id
            AND alerts.org_id = :org_id AND alerts.cluster_id = :cluster_id
        RETURNING alerts.*
    ), counted AS (
        UPDATE incidents SET firing_count = firing_count - number
        FROM (SELECT incident_id, count(*) AS number FROM taken GROUP BY incident_id) AS gone
        WHERE incidents.id = gone.incident_id
    )
    SELECT * FROM taken
""")  # noqa: S608 - a constant of ours


async def readmit(engine: AsyncEngine, *, now: datetime) -> list[Receipt]:
    """Let every alert that fires on after the end of its incident open or join another."""
    before = {
        "before": now - PATIENCE,
        "long_before": now - LONG_PATIENCE,
        "calm_since": now - returning.FLAPPING_WITHIN,
        "since": now - _SOUGHT_FOR,
        "earliest": now - 2 * _SOUGHT_FOR,
    }
    async with engine.connect() as connection:
        tenants = [Tenant(*row) for row in await connection.execute(_FIND_TENANTS, before)]
    receipts: list[Receipt] = []
    for tenant in tenants:
        async with engine.begin() as connection:
            await take_turn(connection, tenant)
            arrivals = await _take(connection, tenant, before)
            receipts += await admit(connection, tenant, arrivals, now=now)
    return receipts


async def _take(
    connection: AsyncConnection, tenant: Tenant, before: dict[str, datetime]
) -> list[Arrival]:
    rows = await connection.execute(_TAKE, {**before, **vars(tenant)})
    alerts = [
        Alert(**{**{name: row[name] for name in Alert.model_fields}, "status": AlertStatus.FIRING})
        for row in rows.mappings()
    ]
    return [Arrival(alert, identity.service_of(alert)) for alert in alerts]
