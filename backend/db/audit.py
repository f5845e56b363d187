"""Proof that the log is what was written: every chain walked, every head compared."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal
from backend.db.tables.incidents import incidents
from sre_agent.domain.events import BrokenLink, verify_chain
from sre_agent.domain.ids import IncidentId


@dataclass(frozen=True)
class Audit:
    """The result for one incident: how many events it has, and the first broken link if any."""

    incident_id: IncidentId
    events: int
    broken: BrokenLink | None


async def verify_incident(connection: AsyncConnection, incident_id: IncidentId) -> Audit:
    """Walk one incident's chain, and compare its end with the head kept apart from it.

    The comparison finds what no chain can show by itself: entries missing at the end.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    query = sa.select(incidents.c.last_seq, incidents.c.last_hash)
    head = (await connection.execute(query.where(incidents.c.id == incident_id))).one_or_none()
    if head is None:
        raise journal.IncidentNotFoundError(f"there is no incident {incident_id}")
    try:
        log = await journal.read(connection, incident_id)
    except journal.UnreadableEventError as error:
        changed = BrokenLink(seq=error.seq, reason="it holds what no event has")
        return Audit(incident_id=incident_id, events=head.last_seq, broken=changed)
    # Events that were appended after the head was read are nobody's fault.
    log = [event for event in log if event.seq <= head.last_seq]
    broken = verify_chain(log)
    if broken is None and len(log) < head.last_seq:
        broken = BrokenLink(seq=len(log) + 1, reason=f"event {len(log) + 1} is missing")
    if broken is None and log and log[-1].hash != head.last_hash:
        broken = BrokenLink(seq=log[-1].seq, reason="it is not the event the incident ends with")
    return Audit(incident_id=incident_id, events=len(log), broken=broken)


async def verify_all(connection: AsyncConnection, org_id: str) -> list[Audit]:
    """Walk the chains of all incidents of an organization, oldest incident first."""
    query = sa.select(incidents.c.id).where(incidents.c.org_id == org_id)
    ids = (await connection.execute(query.order_by(incidents.c.opened_at))).scalars().all()
    return [await verify_incident(connection, IncidentId(id_)) for id_ in ids]
