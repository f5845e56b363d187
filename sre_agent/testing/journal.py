"""An event log in memory that numbers, chains and deduplicates as the real one does."""

from collections.abc import Sequence

from sre_agent.domain.chain import GENESIS
from sre_agent.domain.events import Event, EventDraft, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.runs import of_run
from sre_agent.ports import Clock


class InMemoryJournal:
    """A `Journal`; `events` is each incident's log, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.events: dict[IncidentId, list[Event]] = {}
        self._run = 1

    def of_run(self, run: int) -> "InMemoryJournal":
        """Return itself, which from now on is the journal of that run."""
        self._run = run
        return self

    async def append(self, incident_id: IncidentId, draft: EventDraft) -> Event:
        """Append, or return the event that already has the step key."""
        draft = draft.model_copy(update={"step_key": of_run(self._run, draft.step_key)})
        log = self.events.setdefault(incident_id, [])
        for event in log:
            if event.step_key == draft.step_key:
                return event
        event = seal(
            incident_id,
            draft,
            seq=len(log) + 1,
            at=self._clock.now(),
            prev_hash=log[-1].hash if log else GENESIS,
        )
        log.append(event)
        return event

    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> list[Event]:
        """Append several events, in the order given."""
        return [await self.append(incident_id, draft) for draft in drafts]
