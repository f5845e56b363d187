"""The admission of a batch of alerts: one transaction, committed before anyone is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, queue
from backend.db.admission import hosts, statements
from backend.db.admission.arrivals import AlertKey, Arrival, Receipt, ServiceKey, Step, steps
from backend.db.admission.ledger import Head, Ledger, keep
from backend.db.admission.statements import Opening, Tenant
from sre_agent.domain.ids import IncidentId


async def admit(
    connection: AsyncConnection, tenant: Tenant, arrivals: Sequence[Arrival], *, now: datetime
) -> list[Receipt]:
    """Record the alerts, open or join incidents, and enqueue the work on new ones.

    All of it happens in the caller's transaction. Receipts come in the order of the arrivals.
    """
    await statements.take_turn(connection, tenant)
    known = await statements.find_known(connection, tenant, arrivals)
    taken = list(zip(arrivals, steps(arrivals, known), strict=True))
    beginning = [arrival for arrival, step in taken if step is Step.BEGIN]
    homes, heads = await _find_homes(connection, tenant, beginning, now)
    ending = {
        known[arrival.key].incident_id
        for arrival, step in taken
        if step is Step.END and arrival.key in known
    }
    heads += await statements.lock_incidents(
        connection, ending - {head.incident_id for head in heads}
    )
    ledger = keep(taken, known=known, homes=homes, heads=heads, now=now)
    await statements.store_alerts(connection, tenant, ledger, now)
    await statements.count_repeats(connection, tenant, ledger, now)
    await _write_logs(connection, tenant, ledger)
    return ledger.receipts


async def _find_homes(
    connection: AsyncConnection, tenant: Tenant, beginning: Sequence[Arrival], now: datetime
) -> tuple[dict[AlertKey, IncidentId], list[Head]]:
    """Return to which incident each alert that begins belongs, and those incidents, locked.

    Where something of a service opens an incident anyway, all of the service belongs to that.
    """
    found = await hosts.find(connection, tenant, beginning, now)
    hosting = await statements.lock_incidents(connection, filter(None, map(found.of, beginning)))
    found = found.without({head.incident_id for head in hosting if not head.is_open})
    homeless = {arrival.service_key for arrival in beginning if found.of(arrival) is None}
    openings = _openings([item for item in beginning if item.service_key in homeless])
    opened = await statements.open_incidents(connection, tenant, openings, now)
    hosted = {item.key: id_ for item in beginning if (id_ := found.of(item)) is not None}
    owned = {
        item.key: opened[item.service_key].incident_id
        for item in beginning
        if item.service_key in opened
    }
    own = {head.incident_id for head in opened.values()}
    heads = [*opened.values(), *(head for head in hosting if head.incident_id not in own)]
    return hosted | owned, heads


def _openings(beginning: Sequence[Arrival]) -> list[Opening]:
    """Return one opening per service: what comes first names it, what began first dates it."""
    first: dict[ServiceKey, Arrival] = {}
    began: dict[ServiceKey, datetime] = {}
    for arrival in beginning:
        key, starts_at = arrival.service_key, arrival.alert.starts_at
        first.setdefault(key, arrival)
        began[key] = min(began.get(key, starts_at), starts_at)
    return [
        Opening(key, arrival.alert.summary, arrival.alert.severity, began[key])
        for key, arrival in first.items()
    ]


async def _write_logs(connection: AsyncConnection, tenant: Tenant, ledger: Ledger) -> None:
    touched = [head for head in ledger.heads.values() if head.events]
    events = [event for head in touched for event in head.events]
    if events:
        await journal.insert(connection, tenant.org_id, events)
    await statements.move_heads(connection, touched)
    new = [head.incident_id for head in touched if head.is_new]
    await queue.enqueue_investigations(connection, new)
