"""The event log: appending in order, reading, and proving that nothing was changed."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from backend.db.engine import to_json
from backend.db.group_commit import GroupCommit
from backend.db.log_head import LOCK, Head
from backend.db.plain_json import plain_json
from backend.db.tables.events import events
from sre_agent import ports
from sre_agent.domain import opinion
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.runs import RunOverError, of_run

CHANNEL = "sre_events"
"""The PostgreSQL channel that wakes followers; a notice reads `<incident id>:<seq>`."""

_INSERT_SQL = """
    INSERT INTO events (incident_id, seq, org_id, at, actor, kind, payload, step_key, prev_hash, hash)
    SELECT incident_id, seq, org_id, at, actor, kind, payload, step_key, prev_hash, hash
    FROM json_to_recordset(CAST(:rows AS json)) AS row(
        incident_id text, seq int, org_id text, at timestamptz, actor text, kind text, payload json,
        step_key text, prev_hash text, hash text)
"""
_INSERT = sa.text(_INSERT_SQL)
_INSERT_AND_MOVE_HEAD = sa.text(f"""
    WITH inserted AS ({_INSERT_SQL})
    UPDATE incidents SET last_seq = :seq, last_hash = :hash, last_at = :at,
        top_cause = CASE WHEN :is_ranked THEN CAST(:top_cause AS json) ELSE top_cause END
    WHERE id = :incident_id
    RETURNING pg_notify(:channel, :notice)
""")  # noqa: S608 - a constant of ours

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

    def __init__(self, engine: AsyncEngine, clock: ports.Clock, *, run: int | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._run = run
        self._lines: dict[IncidentId, GroupCommit] = {}

    @override
    def of_run(self, run: int) -> "PostgresJournal":
        """Return the journal of one run: its step keys are its own, and only while it goes on."""
        return PostgresJournal(self._engine, self._clock, run=run)

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
        async with self._engine.begin() as connection:
            return await append(
                connection,
                incident_id,
                drafts if self._run is None else [_of_run(self._run, item) for item in drafts],
                now=self._clock.now(),
                run=self._run,
            )


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
    if fresh:
        await _write(connection, head.org_id, fresh)
    return [known[draft.step_key] for draft in drafts]


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
    await connection.execute(_INSERT, {"rows": _rows(org_id, entries)})


def _rows(org_id: str, entries: Sequence[Event]) -> str:
    return to_json([{**vars(event), "org_id": org_id} for event in entries])


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
    parameters = {"incident_id": incident_id, "step_keys": list(step_keys)}
    row = (await connection.execute(LOCK, parameters)).one_or_none()
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


async def _write(connection: AsyncConnection, org_id: str, fresh: Sequence[Event]) -> None:
    """Insert one incident's events, move its head and wake its followers: one round trip."""
    last = fresh[-1]
    ranked = [event for event in fresh if opinion.diagnosis_in(event.kind, event.payload)]
    parameters = {
        "rows": _rows(org_id, fresh),
        "incident_id": last.incident_id,
        "seq": last.seq,
        "hash": last.hash,
        "at": last.at,
        "is_ranked": bool(ranked),
        "top_cause": to_json(top_cause(ranked[-1].payload)) if ranked else None,
        "channel": CHANNEL,
        "notice": f"{last.incident_id}:{last.seq}",
    }
    await connection.execute(_INSERT_AND_MOVE_HEAD, parameters)


def top_cause(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first of the ranked causes in short, or None when the diagnosis abstained."""
    diagnosis = payload.get("diagnosis") or {}
    causes = diagnosis.get("causes") or []
    if not causes or diagnosis.get("abstained"):
        return None
    return {key: causes[0].get(key) for key in ("fault_class", "object", "confidence", "statement")}


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
