"""One run of an incident as its log holds it: what came before it, and what it was told and found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from sre_agent.agents.specialists import BY_NAME
from sre_agent.domain import runs
from sre_agent.domain.alert import Alert, AlertStatus, Severity
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import ClusterId, IncidentId, OrgId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.graph import sightings
from sre_agent.memory import record

_AFTERWARDS = frozenset(
    {
        EventKind.APPROVAL_GIVEN,
        EventKind.APPROVAL_DECIDED,
        EventKind.APPROVAL_VOIDED,
        EventKind.GRANT_MINTED,
        EventKind.GRANT_REFUSED,
        EventKind.ACTION_STARTED,
        EventKind.ESCALATED,
        EventKind.RUN_FAILED,
        EventKind.CANCELLED,
        EventKind.REPORT_WRITTEN,
    }
)
"""What follows from a ruling, or ends a run from outside: a replay does nothing of it."""

_CLOSED = frozenset({EventKind.APPROVAL_DECIDED, EventKind.APPROVAL_VOIDED})
"""How a request ends; also when its cause is dismissed, which sends the run back to judging."""


class UnfitLogError(PermanentError):
    """A log does not hold what a replay needs; the message says what."""


@dataclass(frozen=True)
class Recording:
    """A run in its log.

    `before` is all that the log has from before it began, `events` the run from there to its first
    deed, or to its end where nothing was done. `notes` say what the log does not hold.
    """

    run: int
    before: tuple[Event, ...]
    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()

    @property
    def incident_id(self) -> IncidentId:
        """Return whose log it is."""
        return self.events[0].incident_id

    @property
    def servers(self) -> frozenset[str]:
        """Return names of servers that the cluster had then: those of the specialists that were sent."""
        return frozenset(
            BY_NAME[str(item["specialist"])].server
            for event in self.events
            if event.kind is EventKind.SPECIALISTS_SELECTED
            for item in event.payload["selected"]
            if item["specialist"] in BY_NAME
        )

    def incident(self, until: int) -> Incident:
        """Return the incident as the run saw it by the event of that number.

        Raises:
            UnfitLogError: The log does not say so.
        """
        log = [event for event in (*self.before, *self.events) if event.seq <= until]
        try:
            for event in reversed(log):
                if (seen := sightings.read(event.payload)) is not None:
                    return seen.model_copy(update={"run": self.run})
            return _from_alerts(log).model_copy(update={"run": self.run})
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            raise UnfitLogError(f"the incident in the log cannot be read: {error}") from error


def read(log: Sequence[Event], run: int | None = None) -> Recording:
    """Return the newest run of a log, or another one by its number, from 1.

    Raises:
        UnfitLogError: There is no such run in it, or it holds nothing of what was looked at.
    """
    parts = [*runs.earlier(log), runs.present(log)]
    wanted = len(parts) if run is None else run
    if not 1 <= wanted <= len(parts):
        raise UnfitLogError(f"there is no run {wanted} in this log: it has {len(parts)}")
    part = parts[wanted - 1]
    begin = next((n for n, event in enumerate(part) if event.kind is EventKind.RUN_STARTED), None)
    if begin is None:
        raise UnfitLogError(f"run {wanted} has not begun: nothing was looked at")
    before = tuple(event for event in log if event.seq < part[begin].seq)
    events = tuple(_until_deeds(part[begin:]))
    if not any(event.kind is EventKind.CAUSES_RANKED for event in events):
        raise UnfitLogError(f"run {wanted} ranked no causes: there is nothing to compare with")
    return Recording(wanted, before, events, tuple(_missing(events)))


def _until_deeds(part: Sequence[Event]) -> Iterator[Event]:
    """Yield a run's events up to the first that a replay cannot come to."""
    for number, event in enumerate(part):
        is_dismissal = event.kind in _CLOSED and _is_of_dismissal(part, number)
        if event.kind in _AFTERWARDS and not is_dismissal:
            return
        yield event


def _is_of_dismissal(part: Sequence[Event], number: int) -> bool:
    at = part[number].at
    beside = takewhile(lambda event: event.at == at, reversed(part[:number]))
    return any(event.kind is EventKind.CAUSE_DISMISSED for event in beside)


def _missing(events: Sequence[Event]) -> Iterator[str]:
    if not any(sightings.KEY in event.payload for event in events):
        yield (
            "the log is from before incidents were kept in it: the alerts' texts but their summary, "
            "and the cluster, are not known"
        )
    rankings = [event for event in events if event.kind is EventKind.CAUSES_RANKED]
    if any("judged_at" not in event.payload for event in rankings):
        yield "the moment of judging is not in the log: that of writing it down is taken"
    ruled = [event for event in events if event.kind is EventKind.POLICY_RULED]
    if any("circumstances" not in event.payload for event in ruled):
        yield "by what policy ruled beside the plan is not in the log: it counts as not known"
    if any(event.kind is EventKind.BRAKED for event in events):
        yield "a brake held the plan then: brakes are of their moment and not judged again"


def _from_alerts(log: Sequence[Event]) -> Incident:
    """Return the incident as its alerts in an old log tell it."""
    opened = next((event for event in log if event.kind is EventKind.INCIDENT_OPENED), None)
    if opened is None:
        raise ValueError("it does not say that the incident was opened")
    alerts: dict[str, Alert] = {}
    for event in log:
        said = event.payload
        match event.kind:
            case EventKind.ALERT_RECEIVED:
                alerts[said["fingerprint"]] = _alert(said)
            case EventKind.ALERT_RESOLVED if said["fingerprint"] in alerts:
                ended = {"status": AlertStatus.RESOLVED, "ends_at": _moment(said["ends_at"])}
                alert = alerts[said["fingerprint"]]
                alerts[alert.fingerprint] = alert.model_copy(update=ended)
            case EventKind.SPLIT if said["incident_id"] == event.incident_id:
                for fingerprint in said["fingerprints"]:
                    alerts.pop(fingerprint, None)
            case _:
                pass
    found = sorted(alerts.values(), key=lambda alert: (alert.starts_at, alert.fingerprint))
    return Incident(
        id=opened.incident_id,
        org_id=OrgId(""),
        cluster_id=ClusterId(""),
        namespace=opened.payload["namespace"],
        service=opened.payload["service"],
        title=opened.payload["title"],
        severity=Severity(opened.payload["severity"]),
        status=IncidentStatus.INVESTIGATING,
        started_at=min((alert.starts_at for alert in found), default=opened.at),
        opened_at=opened.at,
        alerts=tuple(found),
    )


def _alert(said: dict[str, Any]) -> Alert:
    return record.received(said).model_copy(update={"annotations": {"summary": said["summary"]}})


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
