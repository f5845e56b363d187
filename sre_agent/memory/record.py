"""What is kept of an incident that has ended: a reading of its log, so that it can be made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sre_agent.diagnosis.alert_streams import PastFailure
from sre_agent.diagnosis.incident import alert_stream, case, situation
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.observations.memory import NamedCause, Outcome, PastVerdict, confirmed
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.memory import endings, features, lessons
from sre_agent.memory.endings import last
from sre_agent.memory.features import Family, Features

KIND = "memory.past_incidents"
OWN_KINDS = frozenset({KIND, lessons.KIND})
"""What memory itself brought is no feature of an incident: it would make the like more alike."""


@dataclass(frozen=True)
class Record:
    """An incident as it is remembered.

    `confidence` is what was stated for `cause`, between 0 and 1; both are None after an abstention.
    `failure` is its alerts with their verified cause, None where no cause was verified.
    """

    ended_at: datetime
    cause: NamedCause | None
    confidence: float | None
    repair: str
    outcome: Outcome
    verdict: PastVerdict | None
    features: Features
    failure: PastFailure | None = None


def read(incident: Incident, events: Sequence[Event]) -> Record | None:
    """Return what is worth keeping of an incident, oldest event first; None if it has not ended.

    The incident gives its names only; what happened is taken from the log. A merged incident is
    kept as part of the one it joined.
    """
    end = _end(events)
    if end is None or end.payload.get("to") == IncidentStatus.MERGED:
        return None
    ranked = last(events, EventKind.CAUSES_RANKED)
    diagnosis = Diagnosis.model_validate(ranked.payload["diagnosis"]) if ranked else None
    named = None if diagnosis is None else top(diagnosis)
    cause = NamedCause(fault_class=named.fault_class, object=named.object) if named else None
    verdict = _verdict(events, cause)
    outcome = endings.outcome(events, diagnosis, str(end.payload.get("to")))
    return Record(
        ended_at=end.at,
        cause=cause,
        confidence=named.confidence if named else None,
        repair=endings.repair(events),
        outcome=outcome,
        verdict=verdict,
        features=_corrected(features_of(incident, events), verdict),
        failure=_failure(incident, events, confirmed(cause, outcome, verdict)),
    )


def features_of(incident: Incident, events: Sequence[Event]) -> Features:
    """Return the features of an incident as its log tells them, open or ended."""
    ranked = last(events, EventKind.CAUSES_RANKED)
    return features.extract(
        incident.model_copy(update={"alerts": _alerts(events)}),
        _evidence(events),
        Diagnosis.model_validate(ranked.payload["diagnosis"]) if ranked else None,
        ranked.at if ranked else incident.opened_at,
    )


def _failure(
    incident: Incident, events: Sequence[Event], cause: NamedCause | None
) -> PastFailure | None:
    """Return the alerts of an incident with its verified cause, as the next ones learn from it."""
    if cause is None:
        return None
    ranked = last(events, EventKind.CAUSES_RANKED)
    alerted = incident.model_copy(update={"alerts": _alerts(events)})
    at = ranked.at if ranked else incident.opened_at
    seen = situation.assess(case.build(_evidence(events), alerted, at))
    return PastFailure(
        stream=lessons.kept(alert_stream.of(seen)),
        culprit=str(cause.object),
        fault=str(cause.fault_class),
        incident_id=incident.id,
    )


def top(diagnosis: Diagnosis) -> Cause | None:
    """Return the cause that a diagnosis named; None when it abstained."""
    return None if diagnosis.abstained or not diagnosis.causes else diagnosis.causes[0]


def _end(events: Sequence[Event]) -> Event | None:
    """Return the event that ended the incident, unless it was opened again since."""
    moved = last(events, EventKind.STATUS_CHANGED)
    if moved is None or IncidentStatus(str(moved.payload.get("to"))).is_open:
        return None
    return moved


def _verdict(events: Sequence[Event], cause: NamedCause | None) -> PastVerdict | None:
    """Return the last word of a person; what they left open is as it was named."""
    given = last(events, EventKind.VERDICT_GIVEN)
    if given is None:
        return None
    said = CauseVerdict.model_validate(given.payload["verdict"])
    return PastVerdict(
        judgement=said.judgement,
        actor=str(given.payload.get("actor", given.actor)),
        actual=actual(said, cause),
    )


def actual(said: CauseVerdict, cause: NamedCause | None) -> NamedCause | None:
    """Return the cause that a verdict names instead, completed by the one that was named."""
    if said.judgement is Judgement.RIGHT or (not said.actual_class and not said.actual_object):
        return None
    fault_class = said.actual_class or (cause.fault_class if cause else None)
    object_ = said.actual_object or (cause.object if cause else None)
    if fault_class is None or object_ is None:
        return None
    return NamedCause(fault_class=fault_class, object=object_)


def _corrected(found: Features, verdict: PastVerdict | None) -> Features:
    """Return the features with the kind of fault that a person said it was."""
    if verdict is None or verdict.actual is None:
        return found
    cause = frozenset({str(verdict.actual.fault_class)})
    return Features({**found.words, Family.CAUSE: cause})


def _evidence(events: Sequence[Event]) -> list[Evidence]:
    found = (
        Evidence.model_validate(event.payload["evidence"])
        for event in events
        if event.kind is EventKind.EVIDENCE_ADDED
    )
    return [item for item in found if item.kind not in OWN_KINDS]


def _alerts(events: Sequence[Event]) -> tuple[Alert, ...]:
    """Return the alerts as the log received them, each once, without those that were split off."""
    found: dict[str, Alert] = {}
    for event in events:
        if event.kind is EventKind.ALERT_RECEIVED:
            alert = received(event.payload)
            found[alert.fingerprint] = alert
        elif event.kind is EventKind.SPLIT and event.payload["incident_id"] == event.incident_id:
            for fingerprint in event.payload["fingerprints"]:
                found.pop(fingerprint, None)
    return tuple(found[key] for key in sorted(found))


def received(payload: Mapping[str, Any]) -> Alert:
    """Return the alert that a log received: of its texts for people it keeps none."""
    return Alert(
        source="log",
        fingerprint=payload["fingerprint"],
        status=AlertStatus.FIRING,
        name=payload["name"],
        severity=Severity(payload["severity"]),
        labels=payload["labels"],
        annotations={},
        starts_at=datetime.fromisoformat(payload["starts_at"]),
        ends_at=None,
        generator_url="",
        group_key="",
    )
