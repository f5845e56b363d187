"""Routes of what is learned: a person's verdict, incidents alike, and how right we were."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from backend.api.auth import Responder, Viewer
from backend.api.context import Context
from backend.db import incident_rows, journal, memory, verdicts
from sre_agent.domain.events import Event
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import NamedCause, PastIncidents
from sre_agent.domain.verdict import NOTE_CHARACTERS, CauseVerdict, Judgement
from sre_agent.memory import record
from sre_agent.memory.calibration import Learned
from sre_agent.memory.features import Features

router = APIRouter(prefix="/api/v1", tags=["learning"])

CHANNEL = "api"


def _checked(text: str) -> str:
    ObjectRef.parse(text)
    return text


class Judge(BaseModel):
    """A verdict: `right`, or `wrong` with what it was where that is known.

    `actual_object` is written `Kind/namespace/name`, or `Kind/name` for what has no namespace.
    """

    verdict: Judgement
    actual_class: FaultClass | None = None
    actual_object: Annotated[str, AfterValidator(_checked)] | None = None
    note: str = Field(default="", max_length=NOTE_CHARACTERS)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            self.to_verdict()
        except ValidationError as error:
            raise ValueError("; ".join(item["msg"] for item in error.errors())) from error
        return self

    def to_verdict(self) -> CauseVerdict:
        """Return the verdict with its object read.

        Raises:
            ValueError: What is said contradicts itself.
        """
        return CauseVerdict(
            judgement=self.verdict,
            actual_class=self.actual_class,
            actual_object=ObjectRef.parse(self.actual_object) if self.actual_object else None,
            note=self.note,
        )


class Judged(BaseModel):
    """A verdict as it stands in the log."""

    seq: int
    verdict: CauseVerdict
    cause: NamedCause | None
    actual: NamedCause | None
    actor: str
    channel: str

    @classmethod
    def of(cls, event: Event) -> "Judged":
        """Return the recorded verdict as it is shown."""
        return cls.model_validate({**event.payload, "seq": event.seq})


@router.post("/incidents/{incident_id}/verdict", responses={409: {}})
async def judge_cause(context: Context, actor: Responder, incident_id: str, body: Judge) -> Judged:
    """Judge the cause that was named.

    It can be judged also after the end; the newest verdict counts.
    """
    id_ = IncidentId(incident_id)
    said = verdicts.Said(verdict=body.to_verdict(), actor=actor, channel=CHANNEL)
    async with context.engine.begin() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        event = await verdicts.give(connection, id_, said, now=context.clock.now())
    return Judged.of(event)


@router.get("/incidents/{incident_id}/similar")
async def list_similar(context: Context, actor: Viewer, incident_id: str) -> PastIncidents:
    """List the past incidents most like this one, with the reasons.

    They are compared by what is known of this one now.
    """
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        incident = await incident_rows.load(connection, id_, org_id=actor.org_id)
        present: Features = record.features_of(incident, await journal.read(connection, id_))
        return await memory.recall(connection, id_, present, org_id=actor.org_id)


@router.get("/learning")
async def show_learned(context: Context, actor: Viewer) -> Learned:
    """Show how often each class of fault was named, confirmed and wrong.

    With it comes the calibration: how often causes of a stated confidence were right.
    """
    async with context.engine.connect() as connection:
        return await memory.learned(connection, org_id=actor.org_id)
