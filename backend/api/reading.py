"""Routes that read an incident: itself, its log, and what the log says of evidence and plans."""

import asyncio
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.api import cursors, holding
from backend.api.auth import Requires, Responder, Viewer
from backend.api.context import Context
from backend.api.model_budget import ModelBudget
from backend.api.problems import ProblemError
from backend.api.shapes import (
    ApprovalStatus,
    ApprovalView,
    Askable,
    DiagnosisView,
    EventPage,
    EvidenceList,
    IncidentDetail,
    IncidentFilter,
    IncidentPage,
    IncidentRow,
    PlanView,
)
from backend.db import (
    approval_counts,
    approval_rows,
    incident_rows,
    journal,
    model_use,
    reports,
)
from sre_agent.config import action_kinds
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.domain.ruling import PolicyRuling
from sre_agent.planning import askable

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

_Model = TypeVar("_Model", bound=BaseModel)

_WAIT_MAX_S = 30.0
_EVENTS_MAX = 1000


class _Rulings(BaseModel):
    """What an event of the policy holds, as far as it is shown."""

    rulings: tuple[PolicyRuling, ...]


@router.get("")
async def list_incidents(
    context: Context,
    actor: Viewer,
    asked: Annotated[IncidentFilter, Query()],
) -> IncidentPage:
    """List incidents, newest first."""
    limit = asked.limit
    wanted = incident_rows.Wanted(
        statuses=asked.status,
        severities=asked.severity,
        cluster_id=asked.cluster,
        words=asked.q,
    )
    async with context.engine.connect() as connection:
        rows = await incident_rows.list_page(
            connection,
            actor.org_id,
            wanted,
            limit=limit + 1,
            before=cursors.decode(asked.cursor, str),
        )
    page = rows[:limit]
    more = len(rows) > limit
    return IncidentPage(
        incidents=[IncidentRow.of(row) for row in page],
        next_cursor=cursors.encode(page[-1].opened_at, page[-1].id) if more else None,
    )


@router.get("/{incident_id}")
async def show_incident(context: Context, actor: Viewer, incident_id: str) -> IncidentDetail:
    """Show an incident with its alerts and its approval."""
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        row = await incident_rows.get(connection, id_, org_id=actor.org_id)
        alerts = await incident_rows.load_alerts(connection, id_)
        approval = await _approval(connection, id_, context.clock.now())
        used = await model_use.of_incident(connection, id_)
    return IncidentDetail(
        **IncidentRow.of(row).model_dump(),
        alerts=list(alerts),
        approval=approval,
        model_use=used,
        model_budget=ModelBudget.of(used, context.settings.max_tokens_per_incident),
    )


@router.get("/{incident_id}/events")
async def follow_events(
    request: Request,
    context: Context,
    actor: Viewer,
    incident_id: str,
    after: Annotated[int, Query(ge=0, le=cursors.NUMBER_MAX)] = 0,
    wait_s: Annotated[float, Query(ge=0, le=_WAIT_MAX_S)] = 0,
) -> EventPage:
    """Return the events after a number, oldest first.

    With `wait_s` the answer waits that many seconds for the next event when there is none yet.
    """
    id_ = IncidentId(incident_id)
    # Subscribed before the first look, so that nothing falls between looking and waiting.
    news = context.newsroom.wakeups.subscribe(id_)
    try:
        page = await _read_events(context, id_, actor.org_id, after)
        if not page.events and wait_s > 0:
            await _wait(news, wait_s)
            # What came meanwhile is for those who may still come in.
            actor = await Requires(Role.VIEWER)(request, context)
            page = await _read_events(context, id_, actor.org_id, after)
    finally:
        context.newsroom.wakeups.unsubscribe(id_, news)
    return page


@router.get("/{incident_id}/evidence")
async def list_evidence(context: Context, actor: Viewer, incident_id: str) -> EvidenceList:
    """List the evidence in the order it was found."""
    events = await _events(context, actor, incident_id, EventKind.EVIDENCE_ADDED)
    return EvidenceList(evidence=[_read(event, Evidence, "evidence") for event in events])


@router.get("/{incident_id}/actions")
async def list_actions(context: Context, actor: Responder, incident_id: str) -> Askable:
    """List what can be asked for with POST: each action with its arguments, and on what."""
    events = await _events(context, actor, incident_id, EventKind.EVIDENCE_ADDED)
    evidence = [_read(event, Evidence, "evidence") for event in events]
    async with context.engine.connect() as connection:
        row = await incident_rows.get(connection, IncidentId(incident_id), org_id=actor.org_id)
    actions = action_kinds.shipped()
    objects = askable.objects(evidence, actions, row.namespace)
    return Askable(actions=list(actions), objects=list(objects))


@router.get("/{incident_id}/causes")
async def show_causes(context: Context, actor: Viewer, incident_id: str) -> DiagnosisView:
    """Show the newest diagnosis: causes ranked, with what speaks for and against each."""
    ranked = await _events(context, actor, incident_id, EventKind.CAUSES_RANKED)
    asked = await _events(context, actor, incident_id, EventKind.MODEL_OPINION)
    said = asked[-1] if asked and ranked and asked[-1].seq > ranked[-1].seq else None
    told = (
        said if said is not None and "diagnosis" in said.payload else next(iter(ranked[-1:]), None)
    )
    return DiagnosisView(
        diagnosis=_read(told, Diagnosis, "diagnosis") if told else None,
        opinion=_read(said, ModelOpinion, "opinion") if said else None,
        changes=(
            _read(ranked[-1], ChangeVerdict, "changes")
            if ranked and "changes" in ranked[-1].payload
            else None
        ),
    )


@router.get("/{incident_id}/plan")
async def show_plan(context: Context, actor: Viewer, incident_id: str) -> PlanView:
    """Show the newest plan, the rulings on it, and where its approval stands."""
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        incident = await incident_rows.load(connection, id_)
        events = await journal.read(connection, id_)
        view = await _approval(connection, id_, context.clock.now())
    last = {event.kind: event for event in events}
    proposed = last.get(EventKind.PLAN_PROPOSED)
    ruled = last.get(EventKind.POLICY_RULED)
    withheld = last.get(EventKind.PLAN_WITHHELD)
    plan = _read(proposed, Plan, "plan") if proposed else None
    waits = plan is not None and view is not None and view.status is ApprovalStatus.OPEN
    return PlanView(
        plan=plan,
        plan_sha256=proposed.payload.get("plan_sha256") if proposed else None,
        rulings=list(_read(ruled, _Rulings).rulings) if ruled else [],
        withheld=_read(withheld, NoPlan) if withheld else None,
        approval=view,
        held_by=await holding.held_by(context, incident, plan) if plan and waits else [],
    )


async def _approval(
    connection: AsyncConnection, incident_id: IncidentId, now: datetime
) -> ApprovalView | None:
    asked = await approval_rows.find(connection, incident_id=incident_id)
    if asked is None:
        return None
    return ApprovalView.of(asked, now, await approval_counts.count(connection, asked, now))


@router.get(
    "/{incident_id}/report",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}},
)
async def show_report(context: Context, actor: Viewer, incident_id: str) -> PlainTextResponse:
    """Return the report as Markdown."""
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        markdown = await reports.find(connection, id_)
    if markdown is None:
        hint = "It is written when the incident ends; follow it with GET .../events?wait_s=30."
        raise ProblemError(404, "There is no report yet", hint)
    return PlainTextResponse(markdown, media_type="text/markdown")


async def _events(
    context: Context, actor: Viewer, incident_id: str, kind: EventKind
) -> list[Event]:
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        return await journal.read(connection, id_, kind=kind)


def _read(event: Event, model: type[_Model], key: str | None = None) -> _Model:
    """Return what an event's payload holds, or what it holds under a key.

    Raises:
        UnreadableEventError: It holds something else: somebody changed the log.
    """
    try:
        return model.model_validate(event.payload if key is None else event.payload.get(key))
    except ValidationError as error:
        raise journal.UnreadableEventError(event.seq) from error


async def _read_events(
    context: Context, incident_id: IncidentId, org_id: str, after: int
) -> EventPage:
    async with context.engine.connect() as connection:
        row = await incident_rows.get(connection, incident_id, org_id=org_id)
        events = await journal.read(connection, incident_id, after=after, limit=_EVENTS_MAX)
    last_seq = events[-1].seq if events else after
    return EventPage(events=events, last_seq=last_seq, status=IncidentStatus(row.status))


async def _wait(news: asyncio.Event, wait_s: float) -> None:
    try:
        async with asyncio.timeout(wait_s):
            await news.wait()
    except TimeoutError:
        return
