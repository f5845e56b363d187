"""Routes that steer an incident: each step is an event, and a step that is repeated is one step."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from backend.actors import Actor
from backend.api.auth import Responder
from backend.api.context import ApiContext, Context
from backend.db import incident_rows, steering, steering_course, steering_notes
from backend.db.admission.statements import take_turn
from backend.db.steering import Step
from backend.db.tenancy import Tenant
from sre_agent.config import action_kinds
from sre_agent.domain.causes import Dismissal
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.steering import TEXT_CHARACTERS, Hint
from sre_agent.domain.tools import ToolCall

router = APIRouter(prefix="/api/v1/incidents/{incident_id}", tags=["steering"], responses={409: {}})


def _checked(text: str) -> str:
    ObjectRef.parse(text)
    return text


ObjectName = Annotated[str, AfterValidator(_checked)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_CHARACTERS)
]


class Why(BaseModel):
    """A step with its reason."""

    reason: Text


class MaybeWhy(BaseModel):
    """A step that needs no reason."""

    reason: str = Field(default="", max_length=TEXT_CHARACTERS)


class Reinvestigate(BaseModel):
    """A wish to look anew, and where: free words for people, the rest makes questions.

    `object` is written `Kind/namespace/name`; `service` is a Deployment of the incident's namespace.
    """

    hint: str = Field(default="", max_length=TEXT_CHARACTERS)
    object: ObjectName | None = None
    service: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    fault_class: FaultClass | None = None
    specialist: str | None = None


class Ask(BaseModel):
    """One action of the catalogue that somebody wants done, and why.

    `arguments` are the tool's own, `namespace` and `name` among them.
    """

    server: str = Field(default="kubernetes", min_length=1, max_length=253)
    tool: str = Field(min_length=1, max_length=253)
    arguments: dict[str, Any] = Field(max_length=50)
    reason: Text


class Dismiss(BaseModel):
    """A cause that is not the cause, as `GET causes` names it, and why not."""

    object: ObjectName
    fault_class: FaultClass
    reason: Text


class Assign(BaseModel):
    """Whose the incident is."""

    to: str = Field(min_length=1, max_length=253)


class Comment(BaseModel):
    """What someone says."""

    text: Text


class Merge(BaseModel):
    """Of which open incident this one is a part, and why."""

    into: str
    reason: Text


class Split(BaseModel):
    """Which alerts are another failure, and why."""

    fingerprints: list[str] = Field(min_length=1, max_length=1000)
    reason: Text


class Steered(BaseModel):
    """The step as the log has it, and where the incident stands after it."""

    incident_id: str
    seq: int
    kind: EventKind
    payload: dict[str, Any]
    status: IncidentStatus
    run: int
    is_paused: bool


@router.post("/cancel")
async def cancel_incident(
    context: Context, actor: Responder, incident_id: str, body: Why
) -> Steered:
    """End the incident; a write that was begun is settled first."""
    return await _steer(context, actor, incident_id, lambda s: steering.cancel(s, body.reason))


@router.post("/pause")
async def pause_incident(
    context: Context, actor: Responder, incident_id: str, body: MaybeWhy | None = None
) -> Steered:
    """Hold the incident: no further step is begun and nothing is written until it is resumed."""
    reason = (body or MaybeWhy()).reason
    return await _steer(context, actor, incident_id, lambda s: steering.pause(s, reason))


@router.post("/resume")
async def resume_incident(
    context: Context, actor: Responder, incident_id: str, body: MaybeWhy | None = None
) -> Steered:
    """Let the incident go on from where it was held."""
    reason = (body or MaybeWhy()).reason
    return await _steer(context, actor, incident_id, lambda s: steering.resume(s, reason))


@router.post("/reinvestigate")
async def reinvestigate_incident(
    context: Context, actor: Responder, incident_id: str, body: Reinvestigate | None = None
) -> Steered:
    """Investigate anew, in a new run, open or ended."""
    wish = body or Reinvestigate()

    async def act(step: Step) -> Event:
        named = ObjectRef.parse(wish.object) if wish.object else None
        if named is None and wish.service:
            named = ObjectRef.deployment(step.row.namespace, wish.service)
        hint = Hint(
            text=wish.hint,
            object=named,
            fault_class=wish.fault_class,
            specialist=wish.specialist,
        )
        return await steering_course.reinvestigate(step, hint)

    return await _steer(context, actor, incident_id, act)


@router.post("/actions", responses={422: {}})
async def ask_for_action(
    context: Context, actor: Responder, incident_id: str, body: Ask
) -> Steered:
    """Ask for one action on the incident, in a run of its own.

    It is looked at, rehearsed, ruled on, asked about, carried out and verified like any other; policy
    may want somebody else to approve it than who asked for it.
    """
    call = ToolCall(server=body.server, tool=body.tool, arguments=body.arguments)
    actions = action_kinds.shipped()
    return await _steer(
        context,
        actor,
        incident_id,
        lambda s: steering_course.ask_for(s, call, body.reason, actions),
    )


@router.post("/dismiss")
async def dismiss_cause(
    context: Context, actor: Responder, incident_id: str, body: Dismiss
) -> Steered:
    """Take a cause out of the decision; a plan for it that waits is withdrawn."""
    dismissal = Dismissal(
        object=ObjectRef.parse(body.object), fault_class=body.fault_class, reason=body.reason
    )
    return await _steer(
        context, actor, incident_id, lambda s: steering_course.dismiss(s, dismissal)
    )


@router.post("/acknowledge")
async def acknowledge_incident(context: Context, actor: Responder, incident_id: str) -> Steered:
    """Say that you have seen it."""
    return await _steer(context, actor, incident_id, steering_notes.acknowledge)


@router.post("/assign")
async def assign_incident(
    context: Context, actor: Responder, incident_id: str, body: Assign
) -> Steered:
    """Say whose it is from now on."""
    return await _steer(context, actor, incident_id, lambda s: steering_notes.assign(s, body.to))


@router.post("/comment")
async def comment_incident(
    context: Context, actor: Responder, incident_id: str, body: Comment
) -> Steered:
    """Say something that others should read."""
    return await _steer(context, actor, incident_id, lambda s: steering_notes.comment(s, body.text))


@router.post("/merge")
async def merge_incident(
    context: Context, actor: Responder, incident_id: str, body: Merge
) -> Steered:
    """End the incident as part of another open one."""
    into = IncidentId(body.into)
    return await _steer(
        context, actor, incident_id, lambda s: steering_course.merge(s, into, body.reason)
    )


@router.post("/split")
async def split_incident(
    context: Context, actor: Responder, incident_id: str, body: Split
) -> Steered:
    """Let alerts go on in an incident of their own; alerts of one service stay together."""
    return await _steer(
        context,
        actor,
        incident_id,
        lambda s: steering_course.split(s, body.fingerprints, body.reason),
    )


_Act = Callable[[Step], Awaitable[Event]]


async def _steer(context: ApiContext, actor: Actor, incident_id: str, act: _Act) -> Steered:
    """Take one step in one transaction."""
    id_ = IncidentId(incident_id)
    async with context.engine.begin() as connection:
        seen = await incident_rows.get(connection, id_, org_id=actor.org_id)
        # The turn comes before the lock of any incident, as in every admission.
        await take_turn(connection, Tenant(actor.org_id, seen.cluster_id))
        step = await steering.begin(
            connection, id_, actor, channel=actor.channel, now=context.clock.now()
        )
        event = await act(step)
        row = await incident_rows.get(connection, id_, org_id=actor.org_id)
    return Steered(
        incident_id=id_,
        seq=event.seq,
        kind=event.kind,
        payload=event.payload,
        status=row.status,
        run=row.run,
        is_paused=row.is_paused,
    )
