"""How far a replay has come in its recording: what time it was there, and what was known by then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import Incident
from sre_agent.replay.recording import Recording

_STEPS = frozenset(
    {
        EventKind.RUN_STARTED,
        EventKind.SPECIALISTS_SELECTED,
        EventKind.CAUSES_RANKED,
        EventKind.MODEL_OPINION,
        EventKind.MODEL_CHOICE,
        EventKind.PLAN_PROPOSED,
        EventKind.PLAN_WITHHELD,
        EventKind.POLICY_RULED,
    }
)
"""What a run comes to one after the other; what specialists do side by side is between them."""
_ENDED = frozenset({EventKind.SPECIALIST_FINISHED, EventKind.SPECIALIST_FAILED})


@dataclass
class Course:
    """A `Clock` too: it is always the moment of the recorded step that comes next.

    `seq` is up to where the recording was replayed, `seen` up to where the run had seen it: what is
    judged next was seen right before it.
    """

    recording: Recording
    seq: int = field(init=False)
    seen: int = field(init=False)
    _ended: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin at the beginning."""
        self.seq = self.recording.before[-1].seq if self.recording.before else 0
        self.seen = self.recording.events[0].seq
        self._legs = tuple(_dismissed_while_waiting(self.recording.events))

    def now(self) -> datetime:
        """Return the moment of the next step of the recording; at its end, that of its last."""
        coming = next((event for event in self._rest() if event.kind in _STEPS), None)
        return _moment(coming or self._last())

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing: what was waited for is in the recording."""

    def passed(self, event: Event) -> None:
        """Take note that the replay has come to an event, recorded or its own."""
        if event.kind in _ENDED:
            self._ended.add(event.step_key)
            ranking = self._next(EventKind.CAUSES_RANKED)
            if ranking and self._specialists(ranking.seq) <= self._ended:
                self._judge(ranking)
        elif event.kind in _STEPS and (same := self._next(event.kind)):
            self.seq = self.seen = same.seq

    def incident(self) -> Incident:
        """Return the incident as the run saw it here."""
        return self.recording.incident(self.seen)

    def dismissals(self) -> list[Event]:
        """Return which causes people had dismissed by now, since the run began."""
        return [
            event
            for event in self.recording.events
            if event.seq <= self.seq and event.kind is EventKind.CAUSE_DISMISSED
        ]

    def take_dismissal(self) -> bool:
        """Go on to where a person dismissed a cause while the run waited; False where nobody did."""
        coming = next((seq for seq in self._legs if seq > self.seq), None)
        if coming is None:
            return False
        self.seq = self.seen = coming
        if ranking := self._next(EventKind.CAUSES_RANKED):
            self._judge(ranking)
        return True

    @property
    def horizon(self) -> int:
        """Return up to where was remembered what the next judgement goes by."""
        ranking = self._next(EventKind.CAUSES_RANKED)
        return ranking.seq if ranking else self.seq

    def _judge(self, ranking: Event) -> None:
        self.seq, self.seen = ranking.seq - 1, ranking.seq

    def _rest(self) -> list[Event]:
        """Return what comes next, up to where people sent the run another way."""
        end = next((seq for seq in self._legs if seq > self.seq), None)
        return [
            event
            for event in self.recording.events
            if event.seq > self.seq and (end is None or event.seq < end)
        ]

    def _next(self, kind: EventKind) -> Event | None:
        return next((event for event in self._rest() if event.kind is kind), None)

    def _specialists(self, until: int) -> set[str]:
        return {
            event.step_key for event in self._rest() if event.kind in _ENDED and event.seq < until
        }

    def _last(self) -> Event:
        steps = [event for event in self.recording.events if event.seq <= self.seq]
        steps = [event for event in steps if event.kind in _STEPS] or [self.recording.events[0]]
        return steps[-1]


def _dismissed_while_waiting(events: Sequence[Event]) -> Iterator[int]:
    """Yield the numbers of the dismissals that came after a plan, each time the first."""
    is_planned = False
    for event in events:
        if event.kind is EventKind.PLAN_PROPOSED:
            is_planned = True
        elif event.kind is EventKind.CAUSE_DISMISSED and is_planned:
            is_planned = False
            yield event.seq
        elif event.kind is EventKind.CAUSES_RANKED:
            is_planned = False


def _moment(event: Event) -> datetime:
    """Return when a step was made, as itself says or as it was written down."""
    said = event.payload.get("judged_at")
    try:
        return datetime.fromisoformat(str(said)) if said else event.at
    except ValueError:
        return event.at
