"""What the API answers, beside what the domain already names."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from backend.api.cursors import Cursor
from backend.api.model_budget import ModelBudget
from backend.db.approval_answers import Given
from backend.db.approval_rows import Request
from backend.db.model_use import ModelUse
from sre_agent.domain.actions import ActionKind
from sre_agent.domain.alert import Alert, Severity
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.domain.ruling import Decision, PolicyRuling, Verdict
from sre_agent.planning.askable import Known

ActionName = Annotated[str, Field(min_length=1, max_length=253)]


class TopCause(BaseModel):
    """The cause that ranks first, in short."""

    fault_class: FaultClass
    object: ObjectRef
    confidence: float
    statement: str


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
    caused_by_incident: str | None
    caused_by_action: str | None
    top_cause: TopCause | None
    last_seq: int

    @classmethod
    def of(cls, row: sa.Row[Any]) -> "IncidentRow":
        """Return the stored incident as it is shown."""
        return cls.model_validate({field: getattr(row, field) for field in cls.model_fields})


class IncidentFilter(BaseModel):
    """Which incidents are asked for; what is not given asks for all."""

    status: list[IncidentStatus] = Field(default=[], max_length=len(IncidentStatus))
    severity: list[Severity] = Field(default=[], max_length=len(Severity))
    cluster: str | None = Field(default=None, max_length=253)
    q: str = Field(default="", max_length=200, description="Words of its title, service or id.")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


class IncidentPage(BaseModel):
    """A page of incidents, newest first; `next_cursor` is None on the last one."""

    incidents: list[IncidentRow]
    next_cursor: str | None


class ApprovalStatus(StrEnum):
    """How a request for approval stands; only an open one can be decided."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOIDED = "voided"

    @classmethod
    def of(cls, request: Request, now: datetime) -> "ApprovalStatus":
        """Return how a request stands: one whose time is over is no longer open, swept or not."""
        is_overdue = request.decided_at is None and now >= request.expires_at
        return cls.EXPIRED if is_overdue else cls(request.status)


class AnswerView(BaseModel):
    """What one person answered; `left_out` are the actions that this person leaves out."""

    verdict: Verdict
    actor: str
    channel: str
    reason: str
    left_out: list[str]
    decided_at: datetime

    @classmethod
    def of(cls, given: Given) -> "AnswerView":
        """Return a stored answer as it is shown."""
        return cls(**{field: getattr(given, field) for field in cls.model_fields})


class ApprovalView(BaseModel):
    """A request for approval as it stands.

    `people` different people have to say yes, and `given` of them have, whose yes still counts;
    `answers` are what people said.
    `left_out` are the actions that are not carried out of what was approved.
    """

    id: str
    status: ApprovalStatus
    plan_sha256: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    channel: str | None
    reason: str | None
    decided_at: datetime | None
    people: int
    given: int
    answers: list[AnswerView]
    left_out: list[str]

    @classmethod
    def of(cls, request: Request, now: datetime, given: int) -> "ApprovalView":
        """Return a stored request as it is shown at a moment, with how many yeses count then."""
        shown = {field: getattr(request, field) for field in cls.model_fields if field != "given"}
        shown["given"] = given
        shown["status"] = ApprovalStatus.of(request, now)
        shown["answers"] = [AnswerView.of(item) for item in request.answers]
        shown["left_out"] = request.left_out or []
        return cls(**shown)


class IncidentDetail(IncidentRow):
    """An incident with its alerts and the request that waits or was decided last."""

    alerts: list[Alert]
    approval: ApprovalView | None
    model_use: list[ModelUse] = Field(description="What each language model took of it.")
    model_budget: ModelBudget


class EventPage(BaseModel):
    """Events after the number asked for; ask again with `after=last_seq`."""

    events: list[Event]
    last_seq: int
    status: IncidentStatus


class EvidenceList(BaseModel):
    """The evidence in the order it was found; `facts` follow the schema that `kind` names."""

    evidence: list[Evidence]


class Askable(BaseModel):
    """The catalogue of actions, and the objects seen in the incident that they could change."""

    actions: list[ActionKind]
    objects: list[Known] = Field(description="Those of the incident's namespace come first.")


class DiagnosisView(BaseModel):
    """The newest ranking of causes; null before the first.

    `opinion` is what a language model thinks, null where none was asked: no plan is made from it.
    `changes` is what the timeline's changes explain, null where it tells of none near the onset.
    """

    diagnosis: Diagnosis | None
    opinion: ModelOpinion | None = None
    changes: ChangeVerdict | None = None


class PlanView(BaseModel):
    """The newest plan, what policy says of it, and the request for approval.

    `withheld` says why there is nothing to propose, where there is not.
    """

    plan: Plan | None
    plan_sha256: str | None
    rulings: list[PolicyRuling]
    withheld: NoPlan | None
    approval: ApprovalView | None
    held_by: list[Obstacle] = Field(
        description="Brakes that would hold it now, each with its end; only while it waits."
    )


class Approve(BaseModel):
    """A yes. `plan_sha256` is the plan that was seen: the decision fails when it is another one.

    `without` are actions to leave out, by their ids; what depends on them is left out as well.
    """

    plan_sha256: str = Field(
        min_length=1,
        max_length=64,
        description="The plan that was seen, as the incident's `plan` tells it.",
    )
    comment: str = Field(default="", max_length=2000)
    without: list[ActionName] = Field(default=[], max_length=100)


class Approved(Decision):
    """A yes that was taken; `held_by` are the brakes that hold the plan all the same."""

    held_by: tuple[Obstacle, ...] = Field(
        description="Each with its end, or what ends it; what none of them lets pass is escalated."
    )
    brakes_unread: str | None = Field(
        default=None,
        description="That the brakes could not be read, where they could not: `held_by` is empty then.",
    )


class Reject(BaseModel):
    """A no, with its reason."""

    model_config = ConfigDict(str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=2000)
    plan_sha256: str | None = None


class Trigger(BaseModel):
    """A request to look at a service without an alert; without a cluster it is the own one's."""

    cluster: str | None = Field(default=None, min_length=1, max_length=253)

    namespace: str = Field(min_length=1, max_length=253)
    service: str = Field(min_length=1, max_length=253)
    reason: str = Field(min_length=1, max_length=2000)


class Triggered(BaseModel):
    """The incident that looks at the service; `opened` is false when there was one already."""

    incident_id: str
    opened: bool
