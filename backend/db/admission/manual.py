"""An incident that a person asked for."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, queue
from backend.db.admission import standing, statements
from backend.db.admission.arrivals import ServiceKey
from backend.db.admission.statements import Opening
from backend.db.tenancy import Tenant
from sre_agent.domain.alert import Severity
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.priority import Priority


async def open_manually(
    connection: AsyncConnection,
    tenant: Tenant,
    *,
    service_key: ServiceKey,
    actor: str,
    reason: str,
    now: datetime,
) -> tuple[IncidentId, bool]:
    """Return the open incident that looks at a service, and whether it was opened just now."""
    await statements.take_turn(connection, tenant)
    looking = await standing.find_open(connection, tenant, [service_key])
    if looking:
        return max(looking, key=lambda item: (item.is_own, item.opened_at)).incident_id, False
    opening = Opening(
        service_key=service_key,
        title=reason,
        severity=Severity.WARNING,
        started_at=now,
        priority=Priority.P2,
    )
    [head] = (await statements.open_incidents(connection, tenant, [opening], now)).values()
    if not head.is_new:
        return head.incident_id, False
    namespace, service = service_key
    payload = {
        "namespace": namespace,
        "service": service,
        "title": reason,
        "severity": Severity.WARNING.value,
        "trigger": "manual",
    }
    opened = EventDraft(
        actor=actor, kind=EventKind.INCIDENT_OPENED, payload=payload, step_key="opened"
    )
    await journal.append(connection, head.incident_id, [opened], now=now)
    await queue.enqueue_investigations(connection, [head.incident_id], now=now)
    return head.incident_id, True
