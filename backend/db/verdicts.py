"""The one door for a person's verdict on a cause: checked, recorded, and learned from at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Actor
from backend.db import journal, remembering
from sre_agent.domain.causes import Conclusion, Diagnosis
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import NamedCause
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.memory import record

_SHOWN_OBJECTS = 40


class NothingToJudgeError(PermanentError):
    """The investigation has named no cause, so that none can be right or wrong."""


class UnfitVerdictError(PermanentError):
    """What the verdict says cannot be: it names what does not exist, or what was named anyway."""


@dataclass(frozen=True)
class Said:
    """What someone says of a cause, and through which channel."""

    verdict: CauseVerdict
    actor: Actor
    channel: str


async def give(
    connection: AsyncConnection, incident_id: IncidentId, said: Said, *, now: datetime
) -> Event:
    """Record a verdict and remember the incident by it; the newest verdict counts, all are kept.

    Saying the same again, by the same person, is one verdict.

    Raises:
        IncidentNotFoundError: There is no such incident.
        NothingToJudgeError: No cause was named, and none is given instead.
        UnfitVerdictError: The actual object does not exist, or the actual cause is the one named.
    """
    await journal.lock_incident(connection, incident_id)
    events = await journal.read(connection, incident_id)
    given = [event for event in events if event.kind is EventKind.VERDICT_GIVEN]
    payload = _payload(said, _judged(events), events)
    if given and _is_same(given[-1].payload, payload):
        return given[-1]
    draft = EventDraft(
        actor=said.actor.name,
        kind=EventKind.VERDICT_GIVEN,
        payload=payload,
        step_key=f"verdict_given:{len(given) + 1}",
    )
    [event] = await journal.append(connection, incident_id, [draft], now=now)
    await remembering.remember(connection, incident_id)
    return event


def _judged(events: Sequence[Event]) -> Diagnosis | None:
    ranked = [event for event in events if event.kind is EventKind.CAUSES_RANKED]
    return Diagnosis.model_validate(ranked[-1].payload["diagnosis"]) if ranked else None


def _payload(said: Said, diagnosis: Diagnosis | None, events: Sequence[Event]) -> dict[str, Any]:
    named = record.top(diagnosis) if diagnosis else None
    cause = NamedCause(fault_class=named.fault_class, object=named.object) if named else None
    _check_judgeable(said.verdict, diagnosis, cause)
    _check_object(said.verdict.actual_object, events)
    actual = record.actual(said.verdict, cause)
    if actual is not None and actual == cause:
        raise UnfitVerdictError(
            f"{actual.fault_class} of {actual.object} is what was named: say that it is right"
        )
    return {
        "verdict": said.verdict.model_dump(mode="json"),
        "cause": cause.model_dump(mode="json") if cause else None,
        "actual": actual.model_dump(mode="json") if actual else None,
        "actor": said.actor.name,
        "channel": said.channel,
    }


def _check_judgeable(
    verdict: CauseVerdict, diagnosis: Diagnosis | None, cause: NamedCause | None
) -> None:
    is_calm = diagnosis is not None and diagnosis.conclusion is Conclusion.NOTHING_WRONG
    if cause is not None or is_calm:
        return
    if verdict.judgement is Judgement.WRONG and verdict.actual_class and verdict.actual_object:
        return
    raise NothingToJudgeError(
        "no cause was named yet; say what it was: wrong, with the actual class and object"
    )


def _check_object(actual: ObjectRef | None, events: Sequence[Event]) -> None:
    """Refuse an object that a list of its kind and namespace does not have."""
    if actual is None:
        return
    like = [
        ref for ref in _seen(events) if (ref.kind, ref.namespace) == (actual.kind, actual.namespace)
    ]
    if like and actual not in like:
        known = ", ".join(sorted({str(ref) for ref in like})[:_SHOWN_OBJECTS])
        raise UnfitVerdictError(f"there is no {actual}; there are: {known}")


def _seen(events: Sequence[Event]) -> list[ObjectRef]:
    """Return the objects that were listed while the incident was looked at."""
    lists = (
        event.payload["evidence"]["facts"].get("items", ())
        for event in events
        if event.kind is EventKind.EVIDENCE_ADDED
        and event.payload["evidence"]["kind"] == "kubernetes.resources"
    )
    return [ObjectRef.model_validate(row["object"]) for rows in lists for row in rows]


def _is_same(before: dict[str, Any], now: dict[str, Any]) -> bool:
    keys = ("verdict", "cause", "actor")
    return all(before.get(key) == now[key] for key in keys)
