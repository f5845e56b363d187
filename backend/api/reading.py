"""Routes that read an incident: itself, its log, and what the log says of evidence and plans."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from backend.api.auth import Viewer
from backend.api.context import Context
from backend.api.problems import ProblemError
from backend.api.shapes import (
    ApprovalView,
    EventPage,
    IncidentDetail,
    IncidentPage,
    IncidentRow,
    PlanView,
    decode_cursor,
    encode_cursor,
)
from backend.db import approval_rows, incident_rows, journal, reports
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

_PAGE_MAX = 200
_WAIT_MAX_S = 30.0
_EVENTS_MAX = 1000


@router.get("")
async def list_incidents(
    context: Context,
    actor: Viewer,
    status: Annotated[list[IncidentStatus] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE_MAX)] = 50,
    cursor: str | None = None,
) -> IncidentPage:
    """List incidents, newest first."""
    before = _position(cursor)
    async with context.engine.connect() as connection:
        rows = await incident_rows.list_page(
            connection, actor.org_id, statuses=status or (), limit=limit + 1, before=before
        )
    page = rows[:limit]
    more = len(rows) > limit
    return IncidentPage(
        incidents=[IncidentRow.of(row) for row in page],
        next_cursor=encode_cursor(page[-1].opened_at, page[-1].id) if more else None,
    )


@router.get("/{incident_id}")
async def show_incident(context: Context, actor: Viewer, incident_id: str) -> IncidentDetail:
    """Show an incident with its alerts and its approval."""
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        row = await incident_rows.get(connection, id_, org_id=actor.org_id)
        alerts = await incident_rows.load_alerts(connection, id_)
        approval = await approval_rows.find(connection, incident_id=id_)
    shown = IncidentRow.of(row).model_dump()
    return IncidentDetail(**shown, alerts=list(alerts), approval=_view(approval))


@router.get("/{incident_id}/events")
async def follow_events(
    context: Context,
    actor: Viewer,
    incident_id: str,
    after: Annotated[int, Query(ge=0)] = 0,
    wait_s: Annotated[float, Query(ge=0, le=_WAIT_MAX_S)] = 0,
) -> EventPage:
    """Return the events after a number; with `wait_s`, wait that long (seconds) for the next one."""
    id_ = IncidentId(incident_id)
    # Subscribed before the first look, so that nothing falls between looking and waiting.
    news = context.newsroom.wakeups.subscribe(id_)
    try:
        page = await _read_events(context, id_, actor.org_id, after)
        if not page.events and wait_s > 0:
            await _wait(news, wait_s)
            page = await _read_events(context, id_, actor.org_id, after)
    finally:
        context.newsroom.wakeups.unsubscribe(id_, news)
    return page


@router.get("/{incident_id}/evidence")
async def list_evidence(context: Context, actor: Viewer, incident_id: str) -> dict[str, Any]:
    """List the evidence in the order it was found."""
    payloads = await _payloads(context, actor, incident_id, EventKind.EVIDENCE_ADDED)
    return {"evidence": [payload.get("evidence", payload) for payload in payloads]}


@router.get("/{incident_id}/causes")
async def list_causes(context: Context, actor: Viewer, incident_id: str) -> dict[str, Any]:
    """Show the newest diagnosis: causes ranked, with what speaks for and against each."""
    payloads = await _payloads(context, actor, incident_id, EventKind.CAUSES_RANKED)
    return {"diagnosis": payloads[-1].get("diagnosis") if payloads else None}


@router.get("/{incident_id}/plan")
async def show_plan(context: Context, actor: Viewer, incident_id: str) -> PlanView:
    """Show the newest plan, the rulings on it, and where its approval stands."""
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        events = await journal.read(connection, id_)
        approval = await approval_rows.find(connection, incident_id=id_)
    last = {event.kind: event.payload for event in events}
    proposed = last.get(EventKind.PLAN_PROPOSED, {})
    return PlanView(
        plan=proposed.get("plan"),
        plan_sha256=proposed.get("plan_sha256"),
        rulings=last.get(EventKind.POLICY_RULED, {}).get("rulings", []),
        withheld=last.get(EventKind.PLAN_WITHHELD),
        approval=_view(approval),
    )


@router.get("/{incident_id}/report", response_class=PlainTextResponse)
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


async def _payloads(
    context: Context, actor: Viewer, incident_id: str, kind: EventKind
) -> list[dict[str, Any]]:
    id_ = IncidentId(incident_id)
    async with context.engine.connect() as connection:
        await incident_rows.get(connection, id_, org_id=actor.org_id)
        events = await journal.read(connection, id_, kind=kind)
    return [event.payload for event in events]


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


def _position(cursor: str | None) -> tuple[Any, str] | None:
    if cursor is None:
        return None
    try:
        return decode_cursor(cursor)
    except ValueError:
        hint = "Use the next_cursor of the page before, unchanged."
        raise ProblemError(422, "This is no cursor", hint, detail="cursor: malformed") from None


def _view(request: approval_rows.Request | None) -> ApprovalView | None:
    if request is None:
        return None
    return ApprovalView(**{field: getattr(request, field) for field in ApprovalView.model_fields})
