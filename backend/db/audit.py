"""Proof that the log is what was written: every chain walked, every head compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db import chains, journal
from backend.db.at_once import Question
from backend.db.organization_log import Deed
from backend.db.tables.auditing import audit_anchors
from backend.db.tables.events import events as entries
from backend.db.tables.incidents import incidents
from backend.db.tables.organization_log import organization_log
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


@dataclass(frozen=True)
class Ends:
    """Where a log ends, up to where it was removed by rule, and the number of the last entry there is."""

    org_id: str
    last_seq: int
    last_hash: str
    removed_to: int | None
    removed_hash: str | None
    newest: int | None

    @property
    def head(self) -> Position:
        """Return where the log ends."""
        return Position(seq=self.last_seq, hash=self.last_hash)

    @property
    def beginning(self) -> Position:
        """Return where it begins: at its first event, or after what was removed by rule."""
        if self.removed_to is None or self.removed_hash is None:
            return START
        return Position(seq=self.removed_to, hash=self.removed_hash)


_REMOVED = sa.and_(
    audit_anchors.c.incident_id == incidents.c.id, audit_anchors.c.trimmed_at.is_not(None)
)
_LOGGED = sa.select(organization_log.c.seq).where(
    organization_log.c.org_id == sa.bindparam("org_id"),
    organization_log.c.kind == sa.literal_column(f"'{Deed.AUDIT_TRIMMED.value}'"),
    organization_log.c.payload["incident"].as_string() == sa.bindparam("incident_id"),
    organization_log.c.payload["events"].as_integer() == sa.bindparam("seq"),
    organization_log.c.payload["hash"].as_string() == sa.bindparam("hash"),
)
_NEWEST = sa.select(sa.func.max(entries.c.seq)).where(entries.c.incident_id == incidents.c.id)

ENDS = Question(
    sa.select(
        incidents.c.org_id,
        incidents.c.last_seq,
        incidents.c.last_hash,
        audit_anchors.c.seq.label("removed_to"),
        audit_anchors.c.hash.label("removed_hash"),
        _NEWEST.scalar_subquery().label("newest"),
    )
    .select_from(incidents.outerjoin(audit_anchors, _REMOVED))
    .where(incidents.c.id == sa.bindparam("incident_id")),
    TypeAdapter(list[Ends]),
)
"""The ends of an incident's log; no row when there is no such incident."""


async def verify_incident(connection: AsyncConnection, incident_id: IncidentId) -> Audit:
    """Walk one incident's chain, and compare its end with the head kept apart from it.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    return await _walk(connection, incident_id, _forget)


async def read_proven(
    connection: AsyncConnection, incident_id: IncidentId, ends: Sequence[Ends] | None = None
) -> tuple[BrokenLink | None, list[Event]]:
    """Return an incident's log as its chain proves it, read once; of a broken one, where and nothing.

    Who has asked for its ends, after the incident was locked, gives the answer.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    log: list[Event] = []
    found = await _walk(connection, incident_id, log.extend, ends)
    if found.broken is not None:
        return found.broken, []
    return None, [event for event in log if event.seq <= found.events]


def _forget(_page: Sequence[Event]) -> None:
    """Keep nothing: a long log is walked a page at a time."""


async def _walk(
    connection: AsyncConnection,
    incident_id: IncidentId,
    keep: Callable[[Sequence[Event]], None],
    ends: Sequence[Ends] | None = None,
) -> Audit:
    if ends is None:
        ends = await ENDS.ask(connection, incident_id=incident_id)
    if not ends:
        raise journal.IncidentNotFoundError(f"there is no incident {incident_id}")
    head, beginning, newest = ends[0].head, ends[0].beginning, ends[0].newest or 0
    if beginning != START and not await _was_removed(connection, incident_id, ends[0]):
        beginning = START
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


async def _was_removed(connection: AsyncConnection, incident_id: IncidentId, ends: Ends) -> bool:
    """Return whether the organization's log tells that these events were removed by rule.

    Whoever removes them writes so. A row alone could be anybody's.
    """
    there = ends.beginning
    about = {"org_id": ends.org_id, "incident_id": incident_id, "seq": there.seq}
    found = await connection.execute(_LOGGED, {**about, "hash": there.hash})
    return found.first() is not None


def of_one_moment(engine: AsyncEngine) -> AsyncConnection:
    """Return a connection whose reads are all of one moment.

    A walk takes several statements. What retention removed between two of them would look as if
    somebody had taken it away.
    """
    return engine.execution_options(isolation_level="REPEATABLE READ").connect()


async def verify_all(engine: AsyncEngine, org_id: str) -> list[Audit]:
    """Walk the chains of all incidents of an organization, oldest incident first.

    Each has a transaction of its own: a long walk keeps no connection from others.
    """
    query = sa.select(incidents.c.id).where(incidents.c.org_id == org_id)
    async with engine.connect() as connection:
        ids = (await connection.execute(query.order_by(incidents.c.opened_at))).scalars().all()
    audits = []
    for id_ in ids:
        async with of_one_moment(engine) as connection:
            audits.append(await verify_incident(connection, IncidentId(id_)))
    return audits
