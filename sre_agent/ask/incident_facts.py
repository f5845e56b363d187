"""What is said of incidents: how they stand, why they wait, what was done and found in them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sre_agent.ask.asking import Place
from sre_agent.ask.citing import Fact, event
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.likelihood import in_percent
from sre_agent.llm import elsewhere
from sre_agent.planning import timeline

INCIDENT, DEED, OWNER = "ask.incident", "ask.deed", "ask.owner"
"""Kinds, as the allow-list of what models are told calls them."""

_COURSE = (
    EventKind.CAUSES_RANKED,
    EventKind.PLAN_PROPOSED,
    EventKind.PLAN_WITHHELD,
    EventKind.BRAKED,
    EventKind.ACTION_FINISHED,
    EventKind.VERIFICATION_FINISHED,
    EventKind.ESCALATED,
)
"""What tells the course of an incident: the newest of each."""

DEEDS = frozenset(
    {
        EventKind.APPROVAL_REQUESTED,
        EventKind.APPROVAL_GIVEN,
        EventKind.APPROVAL_DECIDED,
        EventKind.APPROVAL_VOIDED,
        EventKind.GRANT_REFUSED,
        EventKind.ACTION_STARTED,
        EventKind.ACTION_FINISHED,
        EventKind.VERIFICATION_FINISHED,
        EventKind.ESCALATED,
        EventKind.CANCELLED,
        EventKind.PAUSED,
        EventKind.RESUMED,
        EventKind.REINVESTIGATED,
        EventKind.CAUSE_DISMISSED,
        EventKind.ACKNOWLEDGED,
        EventKind.ASSIGNED,
        EventKind.VERDICT_GIVEN,
    }
)
"""What somebody decided or did."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An incident as it stands; `seq` is the entry of its log that says so."""

    id: str
    place: Place
    title: str
    severity: str
    status: IncidentStatus
    opened_at: datetime
    ended_at: datetime | None
    is_paused: bool
    assigned_to: str | None
    cause: str
    confidence: float | None
    seq: int


def minute(at: datetime) -> str:
    """Return a moment as it is told."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def second(at: datetime) -> str:
    """Return a moment as it is told where the order of what happened matters."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def standing(seen: Seen) -> Fact:
    """Return how an incident stands, in one sentence."""
    state = seen.status.value.replace("_", " ")
    paused = ", paused by a person" if seen.is_paused else ""
    ended = f", ended {minute(seen.ended_at)}" if seen.ended_at else ""
    cause = ""
    if seen.cause and seen.confidence is not None:
        cause = f"; likeliest cause: {seen.cause} ({in_percent(seen.confidence)})"
    told = (
        f"{seen.id} of {seen.place.told}: {seen.title}, {seen.severity}, {state}{paused}, "
        f"opened {minute(seen.opened_at)}{ended}{cause}"
    )
    return Fact(text=told, cites=(event(seen.id, seen.seq),), kind=INCIDENT)


def course(log: Sequence[Event]) -> Iterator[Fact]:
    """Yield the newest of what tells how an incident went, in the order it happened."""
    newest = {item.kind: item for item in log if item.kind in _COURSE}
    yield from (
        _fact(item, INCIDENT) for item in sorted(newest.values(), key=lambda item: item.seq)
    )


def deeds(log: Sequence[Event]) -> Iterator[Fact]:
    """Yield what was decided and done, oldest first."""
    yield from (_fact(item, DEED) for item in log if item.kind in DEEDS)


def deed(item: Event) -> Fact:
    """Return one thing that was done, with the incident that it was done in."""
    return _fact(item, DEED, f"{item.incident_id}: ", second)


def assigned(log: Sequence[Event]) -> Iterator[Fact]:
    """Yield who has the incident, from the newest entry that says so."""
    given = [item for item in log if item.kind is EventKind.ASSIGNED]
    yield from (_fact(item, OWNER) for item in given[-1:])


def waiting(seen: Seen, log: Sequence[Event], now: datetime) -> Iterator[Fact]:
    """Yield why an incident does not go on, or that it does."""
    own = (event(seen.id, seen.seq),)
    last = {item.kind: item for item in log}
    if not seen.status.is_open:
        told = f"{seen.id} waits for nothing: it has ended ({seen.status})"
        yield Fact(text=told, cites=own, kind=INCIDENT)
        if EventKind.ESCALATED in last:
            yield _fact(last[EventKind.ESCALATED], INCIDENT)
        return
    if seen.is_paused and EventKind.PAUSED in last:
        yield _fact(last[EventKind.PAUSED], DEED, f"{seen.id} waits for people to resume it. ")
    if seen.status is IncidentStatus.AWAITING_APPROVAL:
        asked = last.get(EventKind.APPROVAL_REQUESTED)
        if asked is not None:
            yield _waits_for_yes(seen, asked, last.get(EventKind.APPROVAL_GIVEN), now)
    elif not seen.is_paused:
        state = seen.status.value.replace("_", " ")
        told = f"{seen.id} waits for no person: it is {state}"
        yield Fact(text=told, cites=own, kind=INCIDENT)
    braked = last.get(EventKind.BRAKED)
    if braked is not None and EventKind.ACTION_STARTED not in last:
        yield _fact(braked, INCIDENT)


def _waits_for_yes(seen: Seen, asked: Event, given: Event | None, now: datetime) -> Fact:
    until = datetime.fromisoformat(str(asked.payload["expires_at"]))
    people = int(asked.payload.get("people", 1))
    whom = "a person" if people == 1 else f"{people} people"
    plan = asked.payload.get("plan") or {}
    had = given is not None and given.seq > asked.seq
    some = "; one has said yes" if had else ""
    when = f"until {minute(until)}" if until > now else f"its time ran out at {minute(until)}"
    text, elsewhere_ = (
        f"{seen.id} waits for {whom} to approve its plan{f' ({what})' if what else ''}, {when}{some}"
        for what in (plan.get("summary", ""), elsewhere.summary(plan))
    )
    cites = (event(seen.id, asked.seq), *((event(seen.id, given.seq),) if had and given else ()))
    return Fact(text=text, cites=cites, kind=INCIDENT, elsewhere=elsewhere_)


def explained(seen: Seen, ranked: Event) -> Fact | None:
    """Return which change explains an incident, or that none does, as its causes were ranked last."""
    told = ranked.payload.get("changes")
    if not told:
        return None
    verdict = ChangeVerdict.model_validate(told)
    by = f" by {verdict.suspect.actor}" if verdict.suspect and verdict.suspect.actor else ""
    at = f", in effect since {second(verdict.suspect.at)}" if verdict.suspect else ""
    text = f"{seen.id} of {seen.place.told}, since {second(verdict.onset_at)}: {verdict.reason}{at}"
    cites = (event(seen.id, ranked.seq),)
    return Fact(text=f"{text}{by}", cites=cites, kind=INCIDENT, elsewhere=text)


def _fact(item: Event, kind: str, lead: str = "", when: Callable[[datetime], str] = minute) -> Fact:
    said = timeline.sentence(item) or item.kind.value.replace("_", " ")
    cites = (event(item.incident_id, item.seq),)
    head = f"{when(item.at)}: {lead}"
    outside = f"{head}{elsewhere.sentence(item)}"
    return Fact(text=f"{head}{said}", cites=cites, kind=kind, elsewhere=outside)
