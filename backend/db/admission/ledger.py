"""What one batch of alerts does to the incidents, worked out before anything is written: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.db.admission.arrivals import (
    AlertKey,
    Arrival,
    Disposition,
    Known,
    Receipt,
    ServiceKey,
    Step,
)
from sre_agent.domain.alert import Severity
from sre_agent.domain.events import Event, EventDraft, EventKind, seal
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.priority import Priority

ACTOR = "intake"

_URGENCY = (Severity.NONE, Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass
class Head:
    """An incident as it is locked for this batch, and what the batch adds to it."""

    incident_id: IncidentId
    seq: int
    hash: str
    at: datetime
    severity: Severity
    priority: Priority
    status: IncidentStatus
    is_new: bool
    is_reopened: bool = False
    alerts_added: int = 0
    firing_added: int = 0
    events: list[Event] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Return whether work on it still goes on."""
        return self.status.is_open

    def append(self, kind: EventKind, payload: dict[str, Any], now: datetime) -> None:
        """Chain an event to the incident's log."""
        # The table of alerts keeps repeats away, so that the number itself is a good step key.
        draft = EventDraft(
            actor=ACTOR, kind=kind, payload=payload, step_key=f"intake:{self.seq + 1}"
        )
        event = seal(
            self.incident_id,
            draft,
            seq=self.seq + 1,
            at=max(now, self.at),
            prev_hash=self.hash,
        )
        self.seq, self.hash, self.at = event.seq, event.hash, event.at
        self.events.append(event)


@dataclass
class Ledger:
    """The heads of all incidents concerned, and what is to be stored of each alert."""

    heads: dict[IncidentId, Head]
    changed: dict[AlertKey, tuple[Arrival, IncidentId]] = field(default_factory=dict)
    repeats: dict[AlertKey, int] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)


def keep(
    taken: Iterable[tuple[Arrival, Step]],
    *,
    known: Mapping[AlertKey, Known],
    homes: Mapping[AlertKey, IncidentId],
    heads: Iterable[Head],
    reasons: Mapping[ServiceKey, str],
    now: datetime,
) -> Ledger:
    """Return what is to be written for the arrivals, in their order.

    `homes` tells to which incident an alert that begins belongs; `heads` holds these, and those of
    known alerts that end; `reasons` says why a service is new in an incident that is not its own.
    """
    ledger = Ledger(heads={head.incident_id: head for head in heads})
    place = {key: alert.incident_id for key, alert in known.items()}
    for arrival, step in taken:
        key = arrival.key
        match step:
            case Step.BEGIN:
                head = ledger.heads[homes[key]]
                place[key] = head.incident_id
                ledger.changed[key] = (arrival, head.incident_id)
                because = reasons.get(arrival.service_key, "")
                ledger.receipts.append(_begin(head, arrival, now, because))
            case Step.END:
                ledger.changed[key] = (arrival, place[key])
                ledger.receipts.append(_end(ledger.heads[place[key]], arrival, now))
            case Step.REPEAT:
                ledger.repeats[key] = ledger.repeats.get(key, 0) + 1
                ledger.receipts.append(Receipt(Disposition.DEDUPLICATED, place[key]))
            case Step.END_OF_UNKNOWN:
                ledger.receipts.append(Receipt(Disposition.RESOLVED))
            case Step.IGNORE:
                ledger.receipts.append(Receipt(Disposition.IGNORED))
    return ledger


def _begin(head: Head, arrival: Arrival, now: datetime, because: str) -> Receipt:
    alert = arrival.alert
    opens = head.is_new and head.seq == 0
    if opens:
        namespace, service = arrival.service_key
        opening = {
            "namespace": namespace,
            "service": service,
            "title": alert.summary,
            "severity": alert.severity.value,
            "trigger": alert.source,
        }
        head.append(EventKind.INCIDENT_OPENED, opening, now)
    received = {
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "severity": alert.severity.value,
        "summary": alert.summary,
        "labels": alert.labels,
        "starts_at": alert.starts_at.isoformat(),
        "service": arrival.service_key[1],
        **({"joined_because": because} if because else {}),
    }
    head.append(EventKind.ALERT_RECEIVED, received, now)
    is_first = head.alerts_added == 0
    head.severity = max(head.severity, alert.severity, key=_URGENCY.index)
    head.priority = min(head.priority, arrival.priority)
    head.alerts_added += 1
    head.firing_added += 1
    if opens:
        return Receipt(Disposition.OPENED, head.incident_id)
    is_back = head.is_reopened and is_first
    return Receipt(Disposition.REOPENED if is_back else Disposition.JOINED, head.incident_id)


def _end(head: Head, arrival: Arrival, now: datetime) -> Receipt:
    alert = arrival.alert
    resolved = {
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "starts_at": alert.starts_at.isoformat(),
        "ends_at": alert.ends_at.isoformat() if alert.ends_at else None,
    }
    head.append(EventKind.ALERT_RESOLVED, resolved, now)
    head.firing_added -= 1
    return Receipt(Disposition.RESOLVED, head.incident_id)
