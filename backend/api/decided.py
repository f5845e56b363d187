"""The route that lists what people are asked, and what they answered."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.api import cursors, holding
from backend.api.auth import Viewer
from backend.api.context import ApiContext, Context
from backend.api.cursors import Cursor
from backend.api.shapes import ApprovalStatus
from backend.db import approval_counts, approval_rows, incident_rows
from backend.db.approval_rows import Asked
from sre_agent.domain.alert import Severity
from sre_agent.domain.brakes import Obstacle
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import Plan, Risk
from sre_agent.domain.ruling import PolicyRuling
from sre_agent.safety import risk

router = APIRouter(prefix="/api/v1/decisions", tags=["decisions"])

_PAGE_MAX = 200


class DecisionFilter(StrEnum):
    """Whether a request still waits, or was decided (or expired)."""

    OPEN = "open"
    DECIDED = "decided"


class AskedAction(BaseModel):
    """What one action of the plan would do, and to what."""

    tool: str
    target: ObjectRef
    risk: Risk


class DecisionRow(BaseModel):
    """A request for approval with what it is about, and how it ended where it has."""

    id: str
    incident_id: str
    cluster_id: str
    namespace: str
    service: str
    title: str
    severity: Severity
    status: ApprovalStatus
    summary: str
    actions: list[AskedAction]
    plan_sha256: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    channel: str | None
    reason: str | None
    decided_at: datetime | None
    people: int
    given: int
    held_by: list[Obstacle] = Field(
        description="Brakes that would hold it now, each with its end; only while it waits."
    )

    @classmethod
    def of(cls, asked: Asked, now: datetime, given: int, brakes: list[Obstacle]) -> "DecisionRow":
        """Return a stored request as it is shown, with how many yeses count now."""
        request, plan = asked.request, Plan.model_validate(asked.request.plan)
        ruled = dict(_risks(request.rulings))
        return cls(
            id=request.id,
            incident_id=request.incident_id,
            cluster_id=asked.cluster_id,
            namespace=asked.namespace,
            service=asked.service,
            title=asked.title,
            severity=Severity(asked.severity),
            status=ApprovalStatus.of(request, now),
            summary=plan.summary,
            actions=[
                AskedAction(
                    tool=item.call.tool, target=item.target, risk=ruled.get(item.id, item.risk)
                )
                for item in plan.actions
            ],
            plan_sha256=request.plan_sha256,
            requested_at=request.requested_at,
            expires_at=request.expires_at,
            decided_by=request.decided_by,
            channel=request.channel,
            reason=request.reason,
            decided_at=request.decided_at,
            people=request.people,
            given=given,
            held_by=brakes,
        )


def _risks(rulings: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Risk]]:
    """Yield what each action was seen to risk when policy ruled: it may be more than its plan says."""
    for ruling in map(PolicyRuling.model_validate, rulings):
        if ruling.risk is not None:
            yield ruling.action_id, risk.level(ruling.risk.score)


class DecisionPage(BaseModel):
    """A page of requests, newest first; `next_cursor` is null on the last one."""

    decisions: list[DecisionRow]
    next_cursor: str | None


@router.get("")
async def list_decisions(
    context: Context,
    actor: Viewer,
    status: DecisionFilter | None = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE_MAX)] = 50,
    cursor: Annotated[Cursor, Query()] = None,
) -> DecisionPage:
    """List requests for approval over all incidents, newest first.

    `open` are those that can still be decided: one whose time is over counts as decided at once.
    """
    now = context.clock.now()
    async with context.engine.connect() as connection:
        found = await approval_rows.list_page(
            connection,
            actor.org_id,
            is_open=None if status is None else status is DecisionFilter.OPEN,
            now=now,
            limit=limit + 1,
            before=cursors.decode(cursor, str),
        )
        page = found[:limit]
        given = [await approval_counts.count(connection, item.request, now) for item in page]
    last = page[-1].request if len(found) > limit else None
    return DecisionPage(
        decisions=[
            DecisionRow.of(item, now, counted, await _brakes(context, item, now))
            for item, counted in zip(page, given, strict=True)
        ],
        next_cursor=cursors.encode(last.requested_at, last.id) if last else None,
    )


async def _brakes(context: ApiContext, asked: Asked, now: datetime) -> list[Obstacle]:
    """Return what holds a request that waits; the same for all who ask within some seconds."""
    request = asked.request
    if ApprovalStatus.of(request, now) is not ApprovalStatus.OPEN:
        return []

    async def find() -> list[Obstacle]:
        async with context.engine.connect() as connection:
            incident = await incident_rows.load(connection, IncidentId(request.incident_id))
        return await holding.held_by(context, incident, Plan.model_validate(request.plan))

    found: list[Obstacle] = await context.recent.recall(("held", request.id), find)
    return found
