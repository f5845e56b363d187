"""Proof that the log is what was written: every chain walked, every head compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import chains, journal
from backend.db.tables.auditing import audit_anchors
from backend.db.tables.events import events as entries
from backend.db.tables.incidents import incidents
from sre_agent.domain import events
from sre_agent.domain.chain import START, BrokenLink, Position
from sre_agent.domain.events import Event
from sre_agent.domain.ids import IncidentId


@dataclass(frozen=True)
class Audit:
    """The result for one incident: how many events it has, and the first broken link if any."""

    incident_id: IncidentId
    events: int
    broken: BrokenLink | None


async def verify_incident(connection: AsyncConnection, incident_id: IncidentId) -> Audit:
    """Walk one incident's chain, and compare its end with the head kept apart from it.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    return await _walk(connection, incident_id, _forget)


async def read_proven(
    connection: AsyncConnection, incident_id: IncidentId
) -> tuple[BrokenLink | None, list[Event]]:
    """Return an incident's log as its chain proves it, read once; of a broken one, where and nothing.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    log: list[Event] = []
    found = await _walk(connection, incident_id, log.extend)
    if found.broken is not None:
        return found.broken, []
    return None, [event for event in log if event.seq <= found.events]


def _forget(_page: Sequence[Event]) -> None:
    """Keep nothing: a long log is walked a page at a time."""


async def _walk(
    connection: AsyncConnection,
    incident_id: IncidentId,
    keep: Callable[[Sequence[Event]], None],
) -> Audit:
    head, beginning, newest = await _find_ends(connection, incident_id)
    if newest > head.seq:
        beyond = BrokenLink(seq=newest, reason="it comes after the end of the log")
        return Audit(incident_id, events=head.seq, broken=beyond)
    chain = events.chain(beginning)

    async def read(after: int, limit: int) -> Sequence[Event]:
        page = await journal.read(connection, incident_id, after=after, limit=limit)
        keep(page)
        return page

    try:
        await chains.walk(chain, read, last_seq=head.seq, last_hash=head.hash)
    except journal.UnreadableEventError as error:
        changed = BrokenLink(seq=error.seq, reason="it holds what no event has")
        return Audit(incident_id, events=head.seq, broken=chain.broken or changed)
    return Audit(incident_id, events=chain.length, broken=chain.broken)


async def _find_ends(
    connection: AsyncConnection, incident_id: IncidentId
) -> tuple[Position, Position, int]:
    """Return where the log ends, where it begins, and the number of the last entry there is.

    It begins at its first event, or after what was removed by rule.
    """
    newest = sa.select(sa.func.max(entries.c.seq)).where(entries.c.incident_id == incidents.c.id)
    removed = sa.and_(
        audit_anchors.c.incident_id == incidents.c.id, audit_anchors.c.trimmed_at.is_not(None)
    )
    query = (
        sa.select(
            incidents.c.last_seq,
            incidents.c.last_hash,
            audit_anchors.c.seq.label("removed_to"),
            audit_anchors.c.hash.label("removed_hash"),
            newest.scalar_subquery().label("newest"),
        )
        .select_from(incidents.outerjoin(audit_anchors, removed))
        .where(incidents.c.id == incident_id)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise journal.IncidentNotFoundError(f"there is no incident {incident_id}")
    head = Position(seq=row.last_seq, hash=row.last_hash)
    if row.removed_to is None:
        return head, START, row.newest or 0
    return head, Position(seq=row.removed_to, hash=row.removed_hash), row.newest or 0


async def verify_all(engine: AsyncEngine, org_id: str) -> list[Audit]:
    """Walk the chains of all incidents of an organization, oldest incident first.

    Each has a transaction of its own: a long walk keeps no connection from others.
    """
    query = sa.select(incidents.c.id).where(incidents.c.org_id == org_id)
    async with engine.connect() as connection:
        ids = (await connection.execute(query.order_by(incidents.c.opened_at))).scalars().all()
    audits = []
    for id_ in ids:
        async with engine.connect() as connection:
            audits.append(await verify_incident(connection, IncidentId(id_)))
    return audits
