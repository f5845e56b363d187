"""How people hold an incident: stop it for good, pause it, let it go on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Actor
from backend.db import incident_rows, journal, queue, transitions
from backend.db.tables.incidents import incidents
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.runs import of_run


class WrongStateError(PermanentError):
    """The incident's state does not allow the step; the message names the state and what does."""


@dataclass(frozen=True)
class Step:
    """A step of steering: the incident locked, its row and its log; who steers, by which channel."""

    connection: AsyncConnection
    incident_id: IncidentId
    row: sa.Row[Any]
    log: list[Event]
    actor: Actor
    channel: str
    now: datetime

    @property
    def status(self) -> IncidentStatus:
        """Return where the incident stands."""
        return IncidentStatus(self.row.status)

    def last(self, *kinds: EventKind) -> Event | None:
        """Return the newest event of these kinds in the present run."""
        for event in reversed(self.log):
            if event.kind in kinds:
                return event
            if event.step_key == of_run(self.row.run, "run_begun"):
                return None
        return None

    def refuse(self, verb: str, hint: str) -> WrongStateError:
        """Return the error that names the state and what may be done instead."""
        return WrongStateError(f"the incident is {self.status} and cannot be {verb}: {hint}")

    async def record(self, kind: EventKind, **payload: Any) -> Event:
        """Write down what was done, by whom and through which channel."""
        draft = EventDraft(
            actor=self.actor.name,
            kind=kind,
            payload={**payload, "actor": self.actor.name, "channel": self.channel},
            step_key=f"{kind.value}:{len(self.log) + 1}",
        )
        [event] = await journal.append(self.connection, self.incident_id, [draft], now=self.now)
        return event

    async def store(self, **values: Any) -> None:
        """Change the incident's row."""
        query = sa.update(incidents).where(incidents.c.id == self.incident_id)
        await self.connection.execute(query.values(values))

    async def wake(self, event: Event) -> None:
        """Let the run look again: it goes on, or ends and writes its report."""
        await queue.enqueue_resume(self.connection, self.incident_id, f"step-{event.seq}")


async def begin(
    connection: AsyncConnection,
    incident_id: IncidentId,
    actor: Actor,
    *,
    channel: str,
    now: datetime,
) -> Step:
    """Lock the incident for a step within the caller's transaction.

    Raises:
        IncidentNotFoundError: The actor's organization has no such incident.
    """
    await incident_rows.get(connection, incident_id, org_id=actor.org_id)
    await journal.lock_incident(connection, incident_id)
    row = await incident_rows.get(connection, incident_id, org_id=actor.org_id)
    log = await journal.read(connection, incident_id)
    return Step(connection, incident_id, row, log, actor, channel, now)


async def cancel(step: Step, reason: str) -> Event:
    """End the incident, or have it end once a write that was begun is settled.

    Raises:
        WrongStateError: It has ended already.
    """
    known = step.last(EventKind.CANCELLED)
    if known is not None:
        return known
    if not step.status.is_open:
        raise step.refuse("cancelled", "it has ended; reinvestigate begins a new run")
    event = await step.record(EventKind.CANCELLED, reason=reason)
    await step.store(is_cancelled=True, is_paused=False)
    if not _is_writing(step):
        await transitions.move(
            step.connection,
            step.incident_id,
            IncidentStatus.CLOSED,
            reason=f"{step.actor.name} cancelled it: {reason}",
            step_key=of_run(step.row.run, "status:closed"),
            now=step.now,
            by=step.actor.name,
        )
    await step.wake(event)
    return event


async def pause(step: Step, reason: str) -> Event:
    """Hold the incident: no further step is begun, and nothing is written, until it is resumed.

    Raises:
        WrongStateError: It has ended.
    """
    known = step.last(EventKind.PAUSED)
    if step.row.is_paused and known is not None:
        return known
    if not step.status.is_open or step.row.is_cancelled:
        raise step.refuse("paused", "there is nothing that goes on")
    await step.store(is_paused=True)
    return await step.record(EventKind.PAUSED, reason=reason)


async def resume(step: Step, reason: str) -> Event:
    """Let the incident go on from where it was held.

    Raises:
        WrongStateError: It is not held.
    """
    if not step.row.is_paused:
        known = step.last(EventKind.PAUSED, EventKind.RESUMED)
        if known is not None and known.kind is EventKind.RESUMED and step.status.is_open:
            return known
        raise step.refuse("resumed", "it is not paused")
    await step.store(is_paused=False)
    event = await step.record(EventKind.RESUMED, reason=reason)
    if step.status.is_open:
        await step.wake(event)
    return event


def _is_writing(step: Step) -> bool:
    """Return whether an action was begun and is not known to be done: then its run settles it."""
    counts = {EventKind.ACTION_STARTED: 0, EventKind.ACTION_FINISHED: 0}
    for event in step.log:
        if event.kind in counts:
            counts[event.kind] += 1
    return counts[EventKind.ACTION_STARTED] > counts[EventKind.ACTION_FINISHED]
