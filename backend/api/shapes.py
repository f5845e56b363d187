"""What the API answers, beside what the domain already names."""

import base64
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from sre_agent.domain.alert import Alert, Severity
from sre_agent.domain.events import Event
from sre_agent.domain.incident import IncidentStatus


class IncidentRow(BaseModel):
    """An incident in a list."""

    id: str
    cluster_id: str
    namespace: str
    service: str
    title: str
    severity: Severity
    status: IncidentStatus
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    run: int
    priority: int
    alert_count: int
    firing_count: int
    is_paused: bool
    acknowledged_by: str | None
    assigned_to: str | None
    merged_into: str | None
    top_cause: dict[str, Any] | None
    last_seq: int

    @classmethod
    def of(cls, row: sa.Row[Any]) -> "IncidentRow":
        """Return the stored incident as it is shown."""
        return cls.model_validate({field: getattr(row, field) for field in cls.model_fields})


class IncidentPage(BaseModel):
    """A page of incidents, newest first; `next_cursor` is None on the last one."""

    incidents: list[IncidentRow]
    next_cursor: str | None


class ApprovalView(BaseModel):
    """A request for approval as it stands."""

    id: str
    status: str
    plan_sha256: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    channel: str | None
    reason: str | None
    decided_at: datetime | None


class IncidentDetail(IncidentRow):
    """An incident with its alerts and the request that waits or was decided last."""

    alerts: list[Alert]
    approval: ApprovalView | None


class EventPage(BaseModel):
    """Events after the number asked for; ask again with `after=last_seq`."""

    events: list[Event]
    last_seq: int
    status: IncidentStatus


class PlanView(BaseModel):
    """The newest plan, what policy says of it, and the request for approval."""

    plan: dict[str, Any] | None
    plan_sha256: str | None
    rulings: list[dict[str, Any]]
    withheld: dict[str, Any] | None = None
    approval: ApprovalView | None


class Approve(BaseModel):
    """A yes. `plan_sha256` is the plan that was seen: the decision fails when it is another one."""

    plan_sha256: str | None = None
    comment: str = Field(default="", max_length=2000)


class Reject(BaseModel):
    """A no, with its reason."""

    reason: str = Field(min_length=1, max_length=2000)
    plan_sha256: str | None = None


class Trigger(BaseModel):
    """A request to look at a service without an alert."""

    namespace: str = Field(min_length=1, max_length=253)
    service: str = Field(min_length=1, max_length=253)
    reason: str = Field(min_length=1, max_length=2000)


class Triggered(BaseModel):
    """The incident that looks at the service; `opened` is false when there was one already."""

    incident_id: str
    opened: bool


class Reason(BaseModel):
    """Why the switch is thrown."""

    reason: str = Field(min_length=1, max_length=2000)


class HaltView(BaseModel):
    """Whether writing is halted, and why."""

    halted: bool
    reason: str | None


class BrokenLog(BaseModel):
    """The first place where a log does not hold; without an incident it is the organization's own."""

    incident_id: str | None
    seq: int
    reason: str


class AuditView(BaseModel):
    """The result of walking the logs; `broken` names the first broken link of each bad one.

    `events` are those of incidents, `entries` those of the organization's own log.
    """

    ok: bool
    incidents: int
    events: int
    entries: int
    broken: list[BrokenLog]


def encode_cursor(opened_at: datetime, incident_id: str) -> str:
    """Return the position after an incident, as a word for the client to send back."""
    text = json.dumps([opened_at.isoformat(), incident_id])
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """Return the position a cursor stands for.

    Raises:
        ValueError: We never gave out such a cursor.
    """
    match json.loads(base64.urlsafe_b64decode(cursor.encode())):
        case [str(opened_at), str(incident_id)]:
            return datetime.fromisoformat(opened_at), incident_id
        case _:
            raise ValueError("not a cursor")
