"""Routes of the audit: what was done by whom, and the proof that nothing of it was changed."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.api import cursors, deeds
from backend.api.auth import Viewer
from backend.api.context import Context
from backend.api.cursors import Cursor
from backend.db import audit, audit_trail, incident_rows, organization_log
from backend.db.audit_trail import Trace, Wanted
from backend.db.organization_log import Deed
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import IncidentId

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

_KINDS_MAX = 40


class AuditEntry(BaseModel):
    """One thing that was done; without an incident it was done to the platform itself.

    `seq` and `hash` are its place in its log: the incident's, or the organization's own.
    """

    at: datetime
    actor: str
    kind: EventKind | Deed
    incident_id: str | None
    seq: int
    summary: str
    hash: str

    @classmethod
    def of(cls, trace: Trace) -> "AuditEntry":
        """Return a stored entry as it is shown."""
        return cls(
            at=trace.at,
            actor=trace.actor,
            kind=deeds.kind_of(trace),
            incident_id=trace.incident_id or None,
            seq=trace.seq,
            summary=deeds.summary(trace),
            hash=trace.hash,
        )


class AuditPage(BaseModel):
    """A page of what was done, newest first; `next_cursor` is null on the last one."""

    entries: list[AuditEntry]
    next_cursor: str | None


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


class AuditFilter(BaseModel):
    """Which entries are asked for; what is not given asks for all."""

    incident: str | None = Field(
        default=None, max_length=253, description="What was done about it."
    )
    actor: str | None = Field(default=None, max_length=320, description="What they did.")
    kind: list[EventKind | Deed] = Field(default=[], max_length=_KINDS_MAX)
    since: AwareDatetime | None = Field(default=None, description="Nothing before it.")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


@router.get("", responses={404: {}})
async def list_audit(
    context: Context, actor: Viewer, asked: Annotated[AuditFilter, Query()]
) -> AuditPage:
    """List what people and the platform did, newest first.

    Of incidents that is what was decided, granted, carried out, steered and escalated; of the
    platform itself who came in, what they changed, and every throw of the emergency switch.
    """
    wanted = Wanted(
        incident_id=asked.incident, actor=asked.actor, kinds=asked.kind, since=asked.since
    )
    limit = asked.limit
    async with context.engine.connect() as connection:
        if asked.incident is not None:
            await incident_rows.get(connection, IncidentId(asked.incident), org_id=actor.org_id)
        found = await audit_trail.list_page(
            connection,
            actor.org_id,
            wanted,
            limit=limit + 1,
            before=cursors.decode(asked.cursor, str, int),
        )
    page = found[:limit]
    more = len(found) > limit
    return AuditPage(
        entries=[AuditEntry.of(trace) for trace in page],
        next_cursor=cursors.encode(*page[-1].position) if more else None,
    )


@router.get("/verify", responses={404: {}})
async def verify_audit(
    context: Context,
    actor: Viewer,
    incident: Annotated[str | None, Query(description="Only its log.")] = None,
) -> AuditView:
    """Walk the chained logs and name every first broken link.

    Without an incident that is the log of each incident and the organization's own.
    """

    async def walk() -> AuditView:
        return await _verify(context.engine, actor.org_id, incident)

    found: AuditView = await context.walks.share((actor.org_id, incident), walk)
    return found


async def _verify(engine: AsyncEngine, org_id: str, incident: str | None) -> AuditView:
    entries, own_broken = 0, None
    if incident is None:
        audits = await audit.verify_all(engine, org_id)
        async with engine.connect() as connection:
            entries, own_broken = await organization_log.verify(connection, org_id)
    else:
        async with audit.of_one_moment(engine) as connection:
            id_ = IncidentId(incident)
            await incident_rows.get(connection, id_, org_id=org_id)
            audits = [await audit.verify_incident(connection, id_)]
    found = [(None, own_broken), *((item.incident_id, item.broken) for item in audits)]
    broken = [
        BrokenLog(incident_id=log, seq=link.seq, reason=link.reason)
        for log, link in found
        if link is not None
    ]
    return AuditView(
        ok=not broken,
        incidents=len(audits),
        events=sum(item.events for item in audits),
        entries=entries,
        broken=broken,
    )
