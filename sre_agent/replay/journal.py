"""An event log in memory that numbers, chains and deduplicates as the real one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from sre_agent import ports
from sre_agent.domain.chain import GENESIS
from sre_agent.domain.events import Event, EventDraft, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.runs import of_run


def _untold(_event: Event) -> None:
    """Tell nobody."""


@dataclass
class ScratchJournal:
    """A `Journal` that ends with its process; `events` is each incident's log, oldest first.

    `on_event` is told of each new event.
    """

    clock: ports.Clock
    events: dict[IncidentId, list[Event]] = field(default_factory=dict)
    on_event: Callable[[Event], None] = _untold
    run: int = 1

    def of_run(self, run: int) -> Self:
        """Return itself, which from now on is the journal of that run."""
        self.run = run
        return self

    async def append(self, incident_id: IncidentId, draft: EventDraft) -> Event:
        """Append, or return the event that already has the step key."""
        draft = draft.model_copy(update={"step_key": of_run(self.run, draft.step_key)})
        log = self.events.setdefault(incident_id, [])
        for event in log:
            if event.step_key == draft.step_key:
                return event
        event = seal(
            incident_id,
            draft,
            seq=len(log) + 1,
            at=self.clock.now(),
            prev_hash=log[-1].hash if log else GENESIS,
        )
        log.append(event)
        self.on_event(event)
        return event

    async def append_all(
        self, incident_id: IncidentId, drafts: Sequence[EventDraft]
    ) -> list[Event]:
        """Append several events, in the order given."""
        return [await self.append(incident_id, draft) for draft in drafts]
