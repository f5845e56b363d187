"""The event log of an incident: append-only, numbered, each entry chained to the one before."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sre_agent.domain import canonical
from sre_agent.domain.chain import START, Chain, Position
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.model import Value


class EventKind(StrEnum):
    """Everything that can happen to an incident, as a past participle."""

    INCIDENT_OPENED = "incident_opened"
    ALERT_RECEIVED = "alert_received"
    ALERT_RESOLVED = "alert_resolved"
    RUN_STARTED = "run_started"
    RUN_FAILED = "run_failed"
    SPECIALISTS_SELECTED = "specialists_selected"
    TOOL_CALLED = "tool_called"
    EVIDENCE_ADDED = "evidence_added"
    SPECIALIST_FAILED = "specialist_failed"
    SPECIALIST_FINISHED = "specialist_finished"
    CAUSES_RANKED = "causes_ranked"
    MODEL_QUESTIONS = "model_questions"
    """A language model was asked where else a specialist should look: what it chose, or why it was no help."""
    MODEL_OPINION = "model_opinion"
    """A language model was asked what it makes of the incident: what it thinks, or why it was no help."""
    MODEL_CHOICE = "model_choice"
    """A language model was asked which repair it would choose: what it chose, or why it was no help."""
    PLAN_PROPOSED = "plan_proposed"
    PLAN_WITHHELD = "plan_withheld"
    POLICY_RULED = "policy_ruled"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_GIVEN = "approval_given"
    """One person said yes, where it takes more of them."""
    APPROVAL_DECIDED = "approval_decided"
    APPROVAL_VOIDED = "approval_voided"
    """What was asked about has changed since: whatever was answered no longer counts."""
    GRANT_MINTED = "grant_minted"
    GRANT_RENEWED = "grant_renewed"
    GRANT_REFUSED = "grant_refused"
    BRAKED = "braked"
    ACTION_STARTED = "action_started"
    ACTION_FINISHED = "action_finished"
    VERIFICATION_SAMPLED = "verification_sampled"
    VERIFICATION_FINISHED = "verification_finished"
    UNDO_VERIFIED = "undo_verified"
    """What was taken back was looked at: it took, it did not, or nobody can tell."""
    VERDICT_GIVEN = "verdict_given"
    REOPENED = "reopened"
    REINVESTIGATED = "reinvestigated"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    RESUMED = "resumed"
    CAUSE_DISMISSED = "cause_dismissed"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    TIED = "tied"
    """A new incident may have been caused by an action of another one; both logs say so."""
    SPLIT = "split"
    MERGED = "merged"
    ESCALATED = "escalated"
    REPORT_WRITTEN = "report_written"
    MODEL_SUMMARY = "model_summary"
    """A language model was asked to sum the incident up: what it wrote, or why it was no help."""
    STATUS_CHANGED = "status_changed"


class EventDraft(Value):
    """An event before the log gives it its number, time and hash.

    `step_key` is unique within the incident: appending the same key again returns the first event,
    because a graph node runs again after an interrupt or a crash.
    """

    actor: str
    kind: EventKind
    payload: dict[str, Any]
    step_key: str


class Event(Value):
    """One entry of the log. `payload` is plain JSON."""

    incident_id: IncidentId
    seq: int
    at: datetime
    actor: str
    kind: EventKind
    payload: dict[str, Any]
    step_key: str
    prev_hash: str
    hash: str


def seal(
    incident_id: IncidentId, draft: EventDraft, *, seq: int, at: datetime, prev_hash: str
) -> Event:
    """Return the draft as the log's entry `seq`, chained to the entry before it.

    The payload must be plain JSON already, as reading the log will give it back.
    """
    content = _content(incident_id, draft, seq=seq, at=at, prev_hash=prev_hash)
    return Event(
        incident_id=incident_id,
        seq=seq,
        at=at,
        actor=draft.actor,
        kind=draft.kind,
        payload=draft.payload,
        step_key=draft.step_key,
        prev_hash=prev_hash,
        hash=canonical.sha256(content),
    )


def compute_hash(event: Event) -> str:
    """Return the SHA-256 over every field but the hash itself, `prev_hash` included."""
    content = _content(
        event.incident_id, event, seq=event.seq, at=event.at, prev_hash=event.prev_hash
    )
    return canonical.sha256(content)


def _content(
    incident_id: IncidentId, said: EventDraft | Event, *, seq: int, at: datetime, prev_hash: str
) -> dict[str, Any]:
    return {
        "incident_id": incident_id,
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": said.actor,
        "kind": said.kind.value,
        "payload": said.payload,
        "step_key": said.step_key,
        "prev_hash": prev_hash,
    }


def chain(after: Position = START) -> Chain[Event]:
    """Return what walks one incident's events to the first broken link."""
    return Chain("event", compute_hash, after)
