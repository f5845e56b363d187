"""Alerts that were taken for an echo of something repaired, and fire on: they start anew."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db.admission import Arrival, Receipt, Tenant
from backend.db.admission.admit import admit
from backend.db.admission.statements import take_turn
from backend.intake import identity
from sre_agent.domain.alert import Alert, AlertStatus

PATIENCE = timedelta(seconds=60)
"""So long an alert may flap after a repair; one that fires on is no echo."""

# Only what began after the end: an alert that was there before had its run.
_STRANDED = """
    incidents.status = 'resolved' AND incidents.firing_count > 0
    AND alerts.incident_id = incidents.id AND alerts.status = 'firing'
    AND alerts.received_at > incidents.ended_at AND alerts.received_at <= :before
"""

_FIND_TENANTS = sa.text(f"""
    SELECT DISTINCT alerts.org_id, alerts.cluster_id FROM incidents, alerts WHERE {_STRANDED}
""")  # noqa: S608 - a constant of ours

# They leave the old incident as if they had ended, so that admission lets them begin.
_TAKE = sa.text(f"""
    WITH taken AS (
        UPDATE alerts SET status = 'resolved' FROM incidents
        WHERE {_STRANDED} AND alerts.org_id = :org_id AND alerts.cluster_id = :cluster_id
        RETURNING alerts.*
    ), counted AS (
        UPDATE incidents SET firing_count = firing_count - number
        FROM (SELECT incident_id, count(*) AS number FROM taken GROUP BY incident_id) AS gone
        WHERE incidents.id = gone.incident_id
    )
    SELECT * FROM taken
""")  # noqa: S608 - a constant of ours


async def readmit(engine: AsyncEngine, *, now: datetime) -> list[Receipt]:
    """Let every alert that fires on since a repair open or join an incident."""
    before = {"before": now - PATIENCE}
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
