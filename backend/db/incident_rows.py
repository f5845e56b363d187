"""Incidents and their alerts as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.at_once import Question
from backend.db.journal import IncidentNotFoundError
from backend.db.tables.incidents import OPEN, alerts, incidents
from backend.db.tenancy import Tenant
from sre_agent.domain.alert import Alert
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Follower, Incident

_ALERT_FIELDS = tuple(Alert.model_fields)
_INCIDENT_FIELDS = tuple(
    field for field in Incident.model_fields if field not in {"alerts", "alerts_left_out"}
)

_SEARCHED = sa.func.concat_ws(
    " ", incidents.c.title, incidents.c.namespace, incidents.c.service, incidents.c.id
)

ALERTS_MAX = 200
"""So many alerts speak for all: a storm repeats itself, and each step of a run reads them again."""

# An incident that was reopened is about what is wrong now: what was over before that began is history.
_PRESENT = """(alerts.status = 'firing' OR alerts.starts_at >= incidents.started_at
    OR COALESCE(alerts.ends_at, alerts.last_received_at) >= incidents.started_at)"""

# What an alert is about, near enough to choose from each thing's alerts the first ones.
_ABOUT = """labels ->> 'namespace', COALESCE(labels ->> 'service', labels ->> 'app', labels ->> 'deployment',
    labels ->> 'statefulset', labels ->> 'daemonset', labels ->> 'job_name', labels ->> 'replicaset',
    regexp_replace(labels ->> 'pod', '(-[a-z0-9]+)?-[a-z0-9]+$', ''), labels ->> 'node',
    labels ->> 'job')"""

# A run asks for its incident at every step: one round trip, and one pass from text to value.
_FOUND = f"""
    SELECT {", ".join(_INCIDENT_FIELDS)}, COALESCE((
        SELECT json_agg(alert ORDER BY alert.starts_at, alert.fingerprint) FROM (
            SELECT {", ".join(_ALERT_FIELDS)} FROM (
                SELECT {", ".join(_ALERT_FIELDS)}, row_number() OVER (
                    PARTITION BY status, name, {_ABOUT} ORDER BY starts_at, fingerprint) AS rank
                FROM alerts WHERE incident_id = incidents.id AND {_PRESENT}
            ) AS ranked ORDER BY rank, starts_at, fingerprint LIMIT {ALERTS_MAX}
        ) AS alert
    ), '[]') AS alerts, GREATEST(0, (
        SELECT count(*) FROM alerts
        WHERE incident_id = incidents.id AND {_PRESENT}) - {ALERTS_MAX}
    ) AS alerts_left_out
    FROM incidents
    WHERE id = :incident_id AND (CAST(:org_id AS text) IS NULL OR org_id = CAST(:org_id AS text))
"""  # noqa: S608 - names of ours
_LOAD = sa.text(f"SELECT CAST(row_to_json(found) AS text) FROM ({_FOUND}) AS found")  # noqa: S608

LOADED = Question(
    sa.text(_FOUND).columns(*(sa.column(name) for name in Incident.model_fields)),
    TypeAdapter(list[Incident]),
)
"""The incident with its alerts, as it is loaded; no row when the organization has no such incident."""


async def load(
    connection: AsyncConnection, incident_id: IncidentId, *, org_id: str | None = None
) -> Incident:
    """Return the incident with its alerts, oldest first; `org_id` hides those of others.

    Of a storm only some are among them, of each thing in trouble the first; of an incident that was
    reopened none that was over before the trouble came back.

    Raises:
        IncidentNotFoundError: There is no such incident, or it belongs to another organization.
    """
    parameters = {"incident_id": incident_id, "org_id": org_id}
    text = (await connection.execute(_LOAD, parameters)).scalar_one_or_none()
    if text is None:
        raise IncidentNotFoundError(f"there is no incident {incident_id}")
    return Incident.model_validate_json(text)


async def followers(connection: AsyncConnection, incident_id: IncidentId) -> tuple[Follower, ...]:
    """Return the open incidents, alerts still firing, that an action of one may have caused."""
    query = sa.select(
        incidents.c.id.label("incident_id"),
        incidents.c.caused_by_action.label("action_id"),
        incidents.c.service,
        incidents.c.opened_at,
    ).where(
        incidents.c.caused_by_incident == incident_id,
        incidents.c.firing_count > 0,
        sa.text(OPEN),
    )
    rows = await connection.execute(query.order_by(incidents.c.opened_at, incidents.c.id))
    return tuple(Follower(**row._mapping) for row in rows)  # noqa: SLF001 - public


async def tenant_of(connection: AsyncConnection, incident_id: IncidentId) -> Tenant:
    """Return the organization and the cluster of an incident.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    query = sa.select(incidents.c.org_id, incidents.c.cluster_id)
    row = (await connection.execute(query.where(incidents.c.id == incident_id))).one_or_none()
    if row is None:
        raise IncidentNotFoundError(f"there is no incident {incident_id}")
    return Tenant(row.org_id, row.cluster_id)


async def run_of(connection: AsyncConnection, incident_id: IncidentId) -> int:
    """Return the number of the incident's present run, and keep it until the transaction ends.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    query = sa.select(incidents.c.run).where(incidents.c.id == incident_id).with_for_update()
    run: int | None = (await connection.execute(query)).scalar_one_or_none()
    if run is None:
        raise IncidentNotFoundError(f"there is no incident {incident_id}")
    return run


async def get(connection: AsyncConnection, incident_id: IncidentId, *, org_id: str) -> sa.Row[Any]:
    """Return the incident's row.

    Raises:
        IncidentNotFoundError: There is no such incident in the organization.
    """
    query = sa.select(incidents).where(incidents.c.id == incident_id, incidents.c.org_id == org_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise IncidentNotFoundError(f"there is no incident {incident_id}")
    return row


async def load_alerts(connection: AsyncConnection, incident_id: IncidentId) -> tuple[Alert, ...]:
    """Return the alerts of an incident, oldest first."""
    query = sa.select(*(alerts.c[field] for field in _ALERT_FIELDS))
    query = query.where(alerts.c.incident_id == incident_id)
    rows = await connection.execute(query.order_by(alerts.c.starts_at, alerts.c.fingerprint))
    return tuple(Alert(**row._mapping) for row in rows)  # noqa: SLF001 - public


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which incidents are asked for; what is empty asks for all.

    Every one of `words` must be in the title, the namespace, the service or the id, in any case.
    """

    statuses: Sequence[str] = ()
    severities: Sequence[str] = ()
    cluster_id: str | None = None
    words: str = ""


async def list_page(
    connection: AsyncConnection,
    org_id: str,
    wanted: Wanted,
    *,
    limit: int,
    before: tuple[Any, ...] | None = None,
) -> Sequence[sa.Row[Any]]:
    """Return a page of incident rows, newest first, that come after the position `before`."""
    query = sa.select(incidents).where(incidents.c.org_id == org_id)
    if wanted.statuses:
        query = query.where(incidents.c.status.in_(wanted.statuses))
    if wanted.severities:
        query = query.where(incidents.c.severity.in_(wanted.severities))
    if wanted.cluster_id is not None:
        query = query.where(incidents.c.cluster_id == wanted.cluster_id)
    for word in wanted.words.split():
        query = query.where(_SEARCHED.icontains(word, autoescape=True))
    if before is not None:
        query = query.where(sa.tuple_(incidents.c.opened_at, incidents.c.id) < before)
    newest_first = query.order_by(incidents.c.opened_at.desc(), incidents.c.id.desc())
    return (await connection.execute(newest_first.limit(limit))).all()
