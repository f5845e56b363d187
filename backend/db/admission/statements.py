"""The SQL of admission: whole batches in a handful of statements."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.admission.arrivals import AlertKey, Arrival, Known, ServiceKey
from backend.db.admission.ledger import Head, Ledger
from backend.db.engine import to_json
from backend.db.log_writing import CHANNEL
from backend.db.tables.incidents import OPEN
from backend.db.tenancy import Tenant
from sre_agent.domain.alert import Severity
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.priority import Priority

_TITLE_MAX_CHARS = 200


@dataclass(frozen=True)
class Opening:
    """A reason to open an incident for a service."""

    service_key: ServiceKey
    title: str
    severity: Severity
    started_at: datetime
    priority: Priority


# Row by row on purpose. As a plain join, a planner without statistics reads all alerts of the
# organization and compares each with every key.
_FIND_KNOWN = sa.text("""
    SELECT known.*
    FROM json_to_recordset(CAST(:keys AS json)) AS key(print text, start timestamptz)
    CROSS JOIN LATERAL (
        SELECT fingerprint, starts_at, status, incident_id FROM alerts
        WHERE fingerprint = key.print AND starts_at = key.start
            AND org_id = :org_id AND cluster_id = :cluster_id
        LIMIT 1
    ) AS known
""")

# The no-op update makes PostgreSQL lock the open incident and return it, where there is one.
_OPEN_INCIDENTS = sa.text(f"""
    INSERT INTO incidents (id, org_id, cluster_id, namespace, service, title, severity, status,
        started_at, opened_at, last_at, priority)
    SELECT id, :org_id, :cluster_id, namespace, service, title, severity, 'received', started_at,
        :now, :now, priority
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        id text, namespace text, service text, title text, severity text, started_at timestamptz,
        priority smallint)
    ORDER BY namespace, service
    ON CONFLICT (org_id, cluster_id, namespace, service) WHERE {OPEN}
    DO UPDATE SET started_at = LEAST(incidents.started_at, EXCLUDED.started_at)
    RETURNING id, namespace, service, status, severity, priority, last_seq, last_hash, last_at
""")  # noqa: S608 - a constant of ours

_LOCK_INCIDENTS = sa.text("""
    SELECT id, status, severity, priority, last_seq, last_hash, last_at FROM incidents
    WHERE id = ANY(CAST(:ids AS text[])) ORDER BY namespace, service FOR UPDATE
""")

_STORE_ALERTS = sa.text("""
    INSERT INTO alerts (org_id, cluster_id, incident_id, source, fingerprint, starts_at, ends_at,
        status, name, severity, labels, annotations, generator_url, group_key, received_at,
        last_received_at, repeat_count)
    SELECT :org_id, :cluster_id, incident_id, source, fingerprint, starts_at, ends_at, status, name,
        severity, labels, annotations, generator_url, group_key, :now, :now, repeats
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        incident_id text, source text, fingerprint text, starts_at timestamptz,
        ends_at timestamptz, status text, name text, severity text, labels json, annotations json,
        generator_url text, group_key text, repeats int)
    ON CONFLICT (fingerprint, starts_at, org_id, cluster_id) DO UPDATE SET
        incident_id = EXCLUDED.incident_id, status = EXCLUDED.status, ends_at = EXCLUDED.ends_at,
        received_at = CASE WHEN alerts.status <> 'firing' AND EXCLUDED.status = 'firing'
            THEN EXCLUDED.received_at ELSE alerts.received_at END,
        last_received_at = EXCLUDED.last_received_at,
        repeat_count = alerts.repeat_count + EXCLUDED.repeat_count
""")

_COUNT_REPEATS = sa.text("""
    UPDATE alerts SET repeat_count = repeat_count + repeats, last_received_at = :now
    FROM unnest(CAST(:fingerprints AS text[]), CAST(:starts AS timestamptz[]),
        CAST(:repeats AS int[])) AS repeated(print, start, repeats)
    WHERE fingerprint = print AND starts_at = start
        AND org_id = :org_id AND cluster_id = :cluster_id
""")

_MOVE_HEADS = sa.text("""
    UPDATE incidents SET last_seq = row.seq, last_hash = row.hash, last_at = row.at,
        severity = row.severity, priority = row.priority,
        alert_count = alert_count + row.alerts_added,
        firing_count = firing_count + row.firing_added,
        last_alert_at = CASE WHEN row.alerts_added > 0 THEN row.at ELSE last_alert_at END
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        id text, seq int, hash text, at timestamptz, severity text, priority smallint,
        alerts_added int, firing_added int)
    WHERE incidents.id = row.id
    RETURNING pg_notify(:channel, row.id || ':' || row.seq)
""")


async def take_turn(connection: AsyncConnection, tenant: Tenant) -> None:
    """Wait until no other admission of the tenant is under way: what we read next stays true.

    The statements that follow are planned anew each time. A plan made while the tables were empty
    reads them from end to end for every alert once they are not.
    """
    key = sa.func.hashtextextended(f"intake:{tenant.org_id}:{tenant.cluster_id}", 0)
    plan_anew = sa.func.set_config("plan_cache_mode", "force_custom_plan", True)  # noqa: FBT003 - SQL
    await connection.execute(sa.select(plan_anew, sa.func.pg_advisory_xact_lock(key)))


async def find_known(
    connection: AsyncConnection, tenant: Tenant, arrivals: Iterable[Arrival]
) -> dict[AlertKey, Known]:
    """Return which of the alerts are recorded."""
    keys = {arrival.key for arrival in arrivals if arrival.is_actionable}
    if not keys:
        return {}
    parameters = {
        "keys": to_json([{"print": key[0], "start": key[1]} for key in keys]),
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
    }
    return {
        (row.fingerprint, row.starts_at): Known(
            is_firing=row.status == "firing",
            incident_id=IncidentId(row.incident_id),
        )
        for row in await connection.execute(_FIND_KNOWN, parameters)
    }


async def open_incidents(
    connection: AsyncConnection, tenant: Tenant, openings: Sequence[Opening], now: datetime
) -> dict[ServiceKey, Head]:
    """Open an incident for each service that has none, and lock all; a service comes only once."""
    if not openings:
        return {}
    rows = [
        {
            "id": new_incident_id(),
            "namespace": opening.service_key[0],
            "service": opening.service_key[1],
            "title": titled(opening.title),
            "severity": opening.severity.value,
            "started_at": opening.started_at.isoformat(),
            "priority": opening.priority,
        }
        for opening in openings
    ]
    parameters = {
        "rows": to_json(rows),
        "org_id": tenant.org_id,
        "cluster_id": tenant.cluster_id,
        "now": now,
    }
    opened = await connection.execute(_OPEN_INCIDENTS, parameters)
    return {(row.namespace, row.service): _head(row) for row in opened}


async def lock_incidents(connection: AsyncConnection, ids: Iterable[IncidentId]) -> list[Head]:
    """Lock incidents by their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    return [_head(row) for row in await connection.execute(_LOCK_INCIDENTS, {"ids": wanted})]


async def store_alerts(
    connection: AsyncConnection, tenant: Tenant, ledger: Ledger, now: datetime
) -> None:
    """Insert or update the alerts that began or ended."""
    rows = [
        {
            **vars(arrival.alert),
            "incident_id": incident_id,
            "repeats": ledger.repeats.get(key, 0),
        }
        for key, (arrival, incident_id) in ledger.changed.items()
    ]
    if rows:
        parameters = {
            "rows": to_json(rows),
            "org_id": tenant.org_id,
            "cluster_id": tenant.cluster_id,
            "now": now,
        }
        await connection.execute(_STORE_ALERTS, parameters)


async def count_repeats(
    connection: AsyncConnection, tenant: Tenant, ledger: Ledger, now: datetime
) -> None:
    """Count the alerts that only said again what is known."""
    repeats = {key: count for key, count in ledger.repeats.items() if key not in ledger.changed}
    if repeats:
        parameters = {
            "fingerprints": [fingerprint for fingerprint, _ in repeats],
            "starts": [starts_at.isoformat() for _, starts_at in repeats],
            "repeats": list(repeats.values()),
            "org_id": tenant.org_id,
            "cluster_id": tenant.cluster_id,
            "now": now,
        }
        await connection.execute(_COUNT_REPEATS, parameters)


async def move_heads(connection: AsyncConnection, heads: Iterable[Head]) -> None:
    """Store the incidents' new ends of log and counts, and wake their followers."""
    rows = [
        {
            "id": head.incident_id,
            "seq": head.seq,
            "hash": head.hash,
            "at": head.at.isoformat(),
            "severity": head.severity.value,
            "priority": head.priority,
            "alerts_added": head.alerts_added,
            "firing_added": head.firing_added,
        }
        for head in heads
    ]
    if rows:
        await connection.execute(_MOVE_HEADS, {"rows": to_json(rows), "channel": CHANNEL})


def titled(summary: str) -> str:
    """Return a summary as the title of an incident: cut where it is long."""
    return summary[:_TITLE_MAX_CHARS]


def new_incident_id() -> IncidentId:
    """Return an id nobody can guess."""
    return IncidentId(f"inc-{secrets.token_hex(8)}")


def _head(row: sa.Row[Any]) -> Head:
    return Head(
        incident_id=IncidentId(row.id),
        seq=row.last_seq,
        hash=row.last_hash,
        at=row.last_at,
        severity=Severity(row.severity),
        priority=Priority(row.priority),
        status=IncidentStatus(row.status),
        is_new=row.last_seq == 0,
    )
