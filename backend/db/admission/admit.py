"""The admission of a batch of alerts: one transaction, committed before anyone is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, queue
from backend.db.admission import aftermath, homes, standing, statements
from backend.db.admission.arrivals import Arrival, Receipt, Step, steps
from backend.db.admission.homes import Homes
from backend.db.admission.ledger import Ledger, keep
from backend.db.tenancy import Tenant
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
    found = await homes.find(connection, tenant, beginning, now)
    ending = {
        known[arrival.key].incident_id
        for arrival, step in taken
        if step is Step.END and arrival.key in known
    }
    ties = await aftermath.find(connection, tenant, _opened(found, beginning), now)
    told = {tie.deed.incident_id for tie in ties}
    ended = await statements.lock_incidents(
        connection, (ending | told) - {head.incident_id for head in found.heads}
    )
    ledger = keep(
        taken,
        known=known,
        homes=found.of,
        heads=[*found.heads, *ended],
        reasons=found.reasons,
        now=now,
    )
    aftermath.write(ledger, ties, now)
    await aftermath.store(connection, ties)
    await statements.store_alerts(connection, tenant, ledger, now)
    await statements.count_repeats(connection, tenant, ledger, now)
    await _write_logs(connection, tenant, ledger, now)
    await standing.add_members(connection, tenant, found.members, now)
    return ledger.receipts


def _opened(found: Homes, beginning: Sequence[Arrival]) -> Mapping[IncidentId, Sequence[Arrival]]:
    """Return the alerts of each incident that they open."""
    new = sorted(head.incident_id for head in found.heads if head.is_new)
    return {id_: [item for item in beginning if found.of[item.key] == id_] for id_ in new}


async def _write_logs(
    connection: AsyncConnection, tenant: Tenant, ledger: Ledger, now: datetime
) -> None:
    touched = [head for head in ledger.heads.values() if head.events]
    events = [event for head in touched for event in head.events]
    if events:
        await journal.insert(connection, tenant.org_id, events)
    await statements.move_heads(connection, touched)
    new = [head.incident_id for head in touched if head.is_new]
    await queue.enqueue_investigations(connection, new, now=now)
