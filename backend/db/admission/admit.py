"""The admission of a batch of alerts: one transaction, committed before anyone is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, queue
from backend.db.admission import statements
from backend.db.admission.arrivals import Arrival, Receipt, ServiceKey, Step, steps
from backend.db.admission.ledger import Ledger, keep
from backend.db.admission.statements import Opening, Tenant


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
    opened = await statements.open_incidents(connection, tenant, _openings(beginning), now)
    locked = {head.incident_id for head in opened.values()}
    ending = {
        known[arrival.key].incident_id
        for arrival, step in taken
        if step is Step.END and arrival.key in known
    }
    others = await statements.lock_incidents(connection, ending - locked)
    ledger = keep(taken, known=known, open_incidents=opened, others=others, now=now)
    await statements.store_alerts(connection, tenant, ledger, now)
    await statements.count_repeats(connection, tenant, ledger, now)
    await _write_logs(connection, tenant, ledger)
    return ledger.receipts


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
