"""One incident becomes two: alerts of other services go on in an incident of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import incident_rows, journal, queue
from backend.db.admission import standing, statements
from backend.db.admission.arrivals import Arrival, ServiceKey
from backend.db.admission.standing import Member
from backend.db.admission.statements import Opening
from backend.db.tables.incidents import OPEN, alerts, incident_members, incidents
from backend.db.tenancy import Tenant
from sre_agent.domain import identity
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import Incident
from sre_agent.domain.steering import UnfitStepError

REFLECTOR = "reflector"
"""The actor of what the platform splits by itself."""

_SHOWN = 40
_URGENCY = (Severity.NONE, Severity.INFO, Severity.WARNING, Severity.CRITICAL)

_FIND_OPEN = sa.text(f"""
    SELECT id FROM incidents WHERE {OPEN} AND org_id = :org_id AND cluster_id = :cluster_id
        AND namespace = :namespace AND service = :service AND id <> :id
""")  # noqa: S608 - a constant of ours


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which alerts leave an incident, why, and who wants it through which channel.

    `with_whole_services` takes along the other alerts of their services.
    """

    fingerprints: tuple[str, ...]
    reason: str
    actor: str
    channel: str
    step_key: str
    with_whole_services: bool = False


@dataclass(frozen=True)
class _Parts:
    """The alerts that go and that stay, each with the service it is about; the oldest first."""

    going: Sequence[Arrival]
    staying: Sequence[Arrival]

    @property
    def services(self) -> list[ServiceKey]:
        """Return the services that go, that of the oldest alert first."""
        return list(dict.fromkeys(arrival.service_key for arrival in self.going))


@dataclass(frozen=True)
class _Move:
    """From which incident to which, and whether that is new."""

    origin: IncidentId
    into: IncidentId
    is_new: bool


async def split(
    connection: AsyncConnection, incident_id: IncidentId, wanted: Wanted, *, now: datetime
) -> IncidentId:
    """Move alerts into an incident of their own, enqueue its run, and return it. Safe to repeat.

    Alerts of one service stay together, since a service has one open incident: where one is open
    already, they join it. When the incident's own service goes, it takes that of the oldest alert
    which stays.

    Raises:
        IncidentNotFoundError: There is no such incident.
        UnfitStepError: The alerts cannot go; the message says what can.
    """
    incident = await incident_rows.load(connection, incident_id)
    tenant = Tenant(org_id=incident.org_id, cluster_id=incident.cluster_id)
    # As in every admission, the turn is taken before any incident is locked.
    await statements.take_turn(connection, tenant)
    await journal.lock_incident(connection, incident_id)
    done = await _find_done(connection, incident_id, wanted.step_key)
    if done is not None:
        return IncidentId(done.payload["into"])
    incident = await incident_rows.load(connection, incident_id)
    parts = _part(await incident_rows.load_alerts(connection, incident_id), wanted)
    await _keep_service(connection, tenant, incident, parts)
    into, is_new = await _open(connection, tenant, parts, now)
    move = _Move(incident_id, into, is_new)
    await _move(connection, move, parts)
    others = [Member(into, key) for key in parts.services[1:]]
    await standing.add_members(connection, tenant, others, now)
    await _tell(connection, move, wanted, parts, now=now)
    if is_new:
        await queue.enqueue_investigations(connection, [into], now=now)
    return into


async def _find_done(
    connection: AsyncConnection, incident_id: IncidentId, step_key: str
) -> Event | None:
    log = await journal.read(connection, incident_id, kind=EventKind.SPLIT)
    return next((event for event in log if event.step_key == step_key), None)


def _part(known: Sequence[Alert], wanted: Wanted) -> _Parts:
    names = sorted({alert.fingerprint for alert in known})
    unknown = [name for name in wanted.fingerprints if name not in names]
    if unknown or not wanted.fingerprints:
        shown = ", ".join(names[:_SHOWN])
        raise UnfitStepError(
            f"the incident has no alert {', '.join(unknown) or '(none is named)'}; it has: {shown}"
        )
    arrivals = [Arrival(alert, identity.service_of(alert)) for alert in known]
    chosen = set(wanted.fingerprints)
    services = {item.service_key for item in arrivals if item.alert.fingerprint in chosen}
    if wanted.with_whole_services:
        chosen |= {item.alert.fingerprint for item in arrivals if item.service_key in services}
    parts = _Parts(
        going=[item for item in arrivals if item.alert.fingerprint in chosen],
        staying=[item for item in arrivals if item.alert.fingerprint not in chosen],
    )
    if not parts.staying:
        raise UnfitStepError("nothing would be left: name fewer alerts")
    torn = [item for item in parts.staying if item.service_key in parts.services]
    if torn:
        more = ", ".join(sorted({item.alert.fingerprint for item in torn})[:_SHOWN])
        raise UnfitStepError(f"alerts of one service stay together: name {more} as well")
    return parts


async def _keep_service(
    connection: AsyncConnection, tenant: Tenant, incident: Incident, parts: _Parts
) -> None:
    """Free the incident's own service for the new one, when it is that which goes."""
    await connection.execute(
        sa.delete(incident_members).where(
            incident_members.c.incident_id == incident.id,
            sa.tuple_(incident_members.c.namespace, incident_members.c.service).in_(parts.services),
        )
    )
    if (incident.namespace, incident.service) not in parts.services:
        return
    first = parts.staying[0]
    namespace, service = first.service_key
    key = {**vars(tenant), "namespace": namespace, "service": service, "id": incident.id}
    other = (await connection.execute(_FIND_OPEN, key)).scalar()
    if other is not None:
        raise UnfitStepError(
            f"the alerts that stay are of {service}, of which {other} is open: merge instead"
        )
    values = {
        "namespace": namespace,
        "service": service,
        # What it was called after goes too.
        "title": statements.titled(first.alert.summary),
        "severity": _severity(parts.staying).value,
    }
    query = sa.update(incidents).where(incidents.c.id == incident.id)
    await connection.execute(query.values(values))
    await connection.execute(
        sa.delete(incident_members).where(
            incident_members.c.incident_id == incident.id,
            incident_members.c.namespace == namespace,
            incident_members.c.service == service,
        )
    )


async def _open(
    connection: AsyncConnection, tenant: Tenant, parts: _Parts, now: datetime
) -> tuple[IncidentId, bool]:
    first = parts.going[0]
    opening = Opening(
        service_key=first.service_key,
        title=first.alert.summary,
        severity=_severity(parts.going),
        started_at=min(item.alert.starts_at for item in parts.going),
        priority=min(item.priority for item in parts.going),
    )
    [head] = (await statements.open_incidents(connection, tenant, [opening], now)).values()
    return head.incident_id, head.is_new


def _severity(arrivals: Sequence[Arrival]) -> Severity:
    """Return that of the most urgent one."""
    return max((item.alert.severity for item in arrivals), key=_URGENCY.index)


async def _move(connection: AsyncConnection, move: _Move, parts: _Parts) -> None:
    names = {item.alert.fingerprint for item in parts.going}
    query = sa.update(alerts).where(alerts.c.incident_id == move.origin)
    query = query.where(alerts.c.fingerprint.in_(names))
    await connection.execute(query.values(incident_id=move.into))
    count = len(parts.going)
    firing = sum(item.alert.status is AlertStatus.FIRING for item in parts.going)
    for id_, sign in ((move.origin, -1), (move.into, 1)):
        columns = incidents.c
        counted = {
            "alert_count": columns.alert_count + sign * count,
            "firing_count": columns.firing_count + sign * firing,
        }
        await connection.execute(sa.update(incidents).where(columns.id == id_).values(counted))


async def _tell(
    connection: AsyncConnection, move: _Move, wanted: Wanted, parts: _Parts, *, now: datetime
) -> None:
    told = {
        "incident_id": move.origin,
        "into": move.into,
        "fingerprints": sorted({item.alert.fingerprint for item in parts.going}),
        "services": [service for _, service in parts.services],
        "reason": wanted.reason,
        "actor": wanted.actor,
        "channel": wanted.channel,
    }
    gone = EventDraft(
        actor=wanted.actor, kind=EventKind.SPLIT, payload=told, step_key=wanted.step_key
    )
    await journal.append(connection, move.origin, [gone], now=now)
    key = f"split:{move.origin}:{wanted.step_key}"
    opened = [_opened(wanted, parts, key)] if move.is_new else []
    came = gone.model_copy(update={"step_key": key})
    received = [_received(wanted, item.alert, key) for item in parts.going]
    await journal.append(connection, move.into, [*opened, came, *received], now=now)


def _opened(wanted: Wanted, parts: _Parts, key: str) -> EventDraft:
    first = parts.going[0]
    namespace, service = first.service_key
    payload: dict[str, Any] = {
        "namespace": namespace,
        "service": service,
        "title": first.alert.summary,
        "severity": first.alert.severity.value,
        "trigger": "split",
    }
    return EventDraft(
        actor=wanted.actor,
        kind=EventKind.INCIDENT_OPENED,
        payload=payload,
        step_key=f"{key}:opened",
    )


def _received(wanted: Wanted, alert: Alert, key: str) -> EventDraft:
    payload = {
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "severity": alert.severity.value,
        "summary": alert.summary,
        "labels": alert.labels,
        "starts_at": alert.starts_at.isoformat(),
    }
    return EventDraft(
        actor=wanted.actor,
        kind=EventKind.ALERT_RECEIVED,
        payload=payload,
        step_key=f"{key}:{alert.fingerprint}:{alert.starts_at.isoformat()}",
    )
