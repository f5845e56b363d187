"""The event log: appending in order, reading, and proving that nothing was changed."""

import copy
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db import log_writing
from backend.db.group_commit import GroupCommit
from backend.db.log_head import FIND, LOCK, Head
from backend.db.plain_json import plain_json
from backend.db.tables.events import events
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.runs import RunOverError, of_run

_READ = (
    sa.select(events)
    .where(
        events.c.incident_id == sa.bindparam("incident_id"), events.c.seq > sa.bindparam("after")
    )
    .order_by(events.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_READ_KIND = _READ.where(events.c.kind == sa.bindparam("kind"))


class IncidentNotFoundError(PermanentError):
    """There is no such incident."""


class OutdatedRunError(RunOverError):
    """The incident goes on in a later run; what an earlier one still wants is refused."""


class UnreadableEventError(PermanentError):
    """A row of the log holds what no event has: somebody changed it."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__(f"event {seq} cannot be read")


class PostgresJournal(ports.Journal):
    """The journal port: durable when an append returns; appends that wait together are one commit."""

    def __init__(self, engine: AsyncEngine, clock: ports.Clock) -> None:
        self._engine = engine
        self._alone = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._clock = clock
        self._run: int | None = None
        self._lines: dict[IncidentId, GroupCommit] = {}

    @override
    def of_run(self, run: int) -> Self:
        """Return the journal of one run: its step keys are its own, and only while it goes on."""
        bound = copy.copy(self)
        bound._run = run  # noqa: SLF001 - a copy of ourselves
        bound._lines = {}  # noqa: SLF001
        return bound

    @override
    async def append(self, incident_id: IncidentId, draft: EventDraft) -> Event:
        """Append, or return the event that already has the step key."""
        return (await self.append_all(incident_id, [draft]))[0]

    @override
    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> list[Event]:
        """Append several events in one transaction, in the order given."""
        line = self._lines.get(incident_id)
        if line is None:
            line = self._lines[incident_id] = GroupCommit(partial(self._write, incident_id))
        try:
            return await line.submit(drafts)
        finally:
            if line.is_idle:
                self._lines.pop(incident_id, None)

    async def _write(self, incident_id: IncidentId, drafts: Sequence[EventDraft]) -> list[Event]:
        """Append at the head that is there, without a lock; where another comes between, with one.

        That is two round trips to the database, where a transaction that locks takes four.
        """
        now = self._clock.now()
        own = drafts if self._run is None else [_of_run(self._run, item) for item in drafts]
        step_keys = [item.step_key for item in own]
        async with self._alone.connect() as connection:
            head = await find_head(connection, incident_id, step_keys)
            if head.is_open_to(self._run):
                found = await append_at(connection, incident_id, own, now=now, head=head)
                if found is not None:
                    return found
        async with self._engine.begin() as connection:
            return await append(connection, incident_id, own, now=now, run=self._run)


async def append_at(
    connection: AsyncConnection,
    incident_id: IncidentId,
    drafts: Sequence[EventDraft],
    *,
    now: datetime,
    head: Head,
) -> list[Event] | None:
    """Append in one statement if the log still ends at the `head` that was found for these steps.

    Nothing is locked: where it ends elsewhere by now nothing is written, and None returned. Whoever
    read the incident after the head knows by the events that nothing of it changed meanwhile, as
    each change is in the log.
    """
    known: dict[str, Event] = {}
    fresh = _seal_new(incident_id, drafts, head, known, now)
    if not fresh:
        return []
    seen = {"seen_run": head.run, "seen_seq": head.last_seq, "seen_hash": head.last_hash}
    parameters = log_writing.written(head.org_id, fresh) | seen
    moved = await connection.execute(log_writing.MOVE_HEAD_AND_INSERT, parameters)
    return [known[draft.step_key] for draft in drafts] if moved.one_or_none() else None


async def append(
    connection: AsyncConnection,
    incident_id: IncidentId,
    drafts: Sequence[EventDraft],
    *,
    now: datetime,
    run: int | None = None,
    head: Head | None = None,
) -> list[Event]:
    """Append within the caller's transaction; the incident's row stays locked until its end.

    A draft whose step key is in the log already yields the event that is there. Who has locked the
    incident for these steps, and appended nothing since, gives the `head` that it found.

    Raises:
        IncidentNotFoundError: There is no such incident.
        OutdatedRunError: The incident goes on in a later run than `run`.
    """
    step_keys = [draft.step_key for draft in drafts]
    if head is None or not head.step_keys.issuperset(step_keys):
        head = await lock_head(connection, incident_id, step_keys)
    _check_run(head, incident_id, run)
    known: dict[str, Event] = {}
    if head.is_known or head.seen_seq != head.last_seq:
        known = await _find_steps(connection, incident_id, step_keys)
    fresh = _seal_new(incident_id, drafts, head, known, now)
    if fresh:
        await connection.execute(
            log_writing.INSERT_AND_MOVE_HEAD, log_writing.written(head.org_id, fresh)
        )
    return [known[draft.step_key] for draft in drafts]


def _seal_new(
    incident_id: IncidentId,
    drafts: Sequence[EventDraft],
    head: Head,
    known: dict[str, Event],
    now: datetime,
) -> list[Event]:
    """Chain to the head what is not known yet, and add it to what is."""
    fresh: list[Event] = []
    for draft in drafts:
        if draft.step_key not in known:
            previous = fresh[-1] if fresh else None
            event = seal(
                incident_id,
                draft.model_copy(update={"payload": plain_json(draft.payload)}),
                seq=(previous.seq if previous else head.last_seq) + 1,
                at=max(now, previous.at if previous else head.last_at),
                prev_hash=previous.hash if previous else head.last_hash,
            )
            known[draft.step_key] = event
            fresh.append(event)
    return fresh


async def lock_incident(
    connection: AsyncConnection, incident_id: IncidentId, *, run: int | None = None
) -> str:
    """Lock the incident until the transaction ends, and return its organization.

    Every transaction that changes several things of an incident begins here, which puts the locks of
    all of them in one order.

    Raises:
        IncidentNotFoundError: There is no such incident.
        OutdatedRunError: The incident goes on in a later run than `run`.
    """
    head = await lock_head(connection, incident_id)
    _check_run(head, incident_id, run)
    return head.org_id


async def insert(connection: AsyncConnection, org_id: str, entries: Sequence[Event]) -> None:
    """Insert chained events; the caller holds the locks of their incidents."""
    await connection.execute(log_writing.INSERT, {"rows": log_writing.rows(org_id, entries)})


async def read(
    connection: AsyncConnection,
    incident_id: IncidentId,
    *,
    after: int = 0,
    limit: int | None = None,
    kind: EventKind | None = None,
) -> list[Event]:
    """Return the events with a number above `after`, oldest first, of one kind if given."""
    about = {"incident_id": incident_id, "after": after, "most": limit}
    if kind is None:
        return [_event(row) for row in await connection.execute(_READ, about)]
    about["kind"] = kind.value
    return [_event(row) for row in await connection.execute(_READ_KIND, about)]


async def has_step(connection: AsyncConnection, incident_id: IncidentId, step_key: str) -> bool:
    """Return whether the log has an event with this step key."""
    return step_key in await _find_steps(connection, incident_id, [step_key])


async def lock_head(
    connection: AsyncConnection, incident_id: IncidentId, step_keys: Sequence[str] = ()
) -> Head:
    """Lock the incident, as `lock_incident` does, for who is going to append these steps to its log.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    return await find_head(connection, incident_id, step_keys, query=LOCK)


async def find_head(
    connection: AsyncConnection,
    incident_id: IncidentId,
    step_keys: Sequence[str],
    *,
    query: sa.TextClause = FIND,
) -> Head:
    """Return where the log ends at this moment, and whether it has any of these steps; lock nothing.

    Raises:
        IncidentNotFoundError: There is no such incident.
    """
    parameters = {"incident_id": incident_id, "step_keys": list(step_keys)}
    row = (await connection.execute(query, parameters)).one_or_none()
    if row is None:
        raise IncidentNotFoundError(f"there is no incident {incident_id}")
    return Head(**row._mapping, step_keys=frozenset(step_keys))  # noqa: SLF001 - public


def _check_run(head: Head, incident_id: IncidentId, run: int | None) -> None:
    if run is not None and head.run != run:
        raise OutdatedRunError(f"incident {incident_id} is in run {head.run}, not in run {run}")


def _of_run(run: int, draft: EventDraft) -> EventDraft:
    return draft.model_copy(update={"step_key": of_run(run, draft.step_key)})


async def _find_steps(
    connection: AsyncConnection, incident_id: IncidentId, step_keys: list[str]
) -> dict[str, Event]:
    query = sa.select(events).where(
        events.c.incident_id == incident_id, events.c.step_key.in_(step_keys)
    )
    return {row.step_key: _event(row) for row in await connection.execute(query)}


def _event(row: sa.Row[Any]) -> Event:
    try:
        return Event(
            incident_id=row.incident_id,
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            kind=EventKind(row.kind),
            payload=row.payload,
            step_key=row.step_key,
            prev_hash=row.prev_hash,
            hash=row.hash,
        )
    except ValueError as error:
        raise UnreadableEventError(row.seq) from error
