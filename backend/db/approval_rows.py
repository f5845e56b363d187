"""Requests for approval as they are stored."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import approval_answers, journal
from backend.db.approval_answers import Given
from backend.db.at_once import Answers, Question
from backend.db.tables.approvals import approval_answers as given
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import incidents
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.ruling import Decision, Verdict


@dataclass(frozen=True)
class Request:
    """A request for approval, open or closed; `plan` and `rulings` are as they were shown.

    `people` is how many different people have to say yes, `left_out` what is left out of the plan
    that was approved, `looked_at` when its objects were last compared with what was shown.
    """

    id: str
    org_id: str
    incident_id: IncidentId
    plan_sha256: str
    plan: dict[str, Any]
    rulings: list[dict[str, Any]]
    status: str
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_role: str | None
    channel: str | None
    reason: str | None
    decided_at: datetime | None
    people: int
    left_out: list[str] | None
    looked_at: datetime | None
    answers: tuple[Given, ...] = field(default=(), metadata={"is_joined": True})


_COLUMNS = tuple(item.name for item in fields(Request) if not item.metadata)

_OF_INCIDENT = (
    sa.select(*(approvals.c[name] for name in _COLUMNS))
    .where(approvals.c.incident_id == sa.bindparam("incident_id"))
    .order_by(approvals.c.requested_at.desc())
    .limit(1)
)
ASKED = Question(_OF_INCIDENT, TypeAdapter(list[Request]))
"""The newest request of an incident, without its answers."""

ANSWERED = Question(
    approval_answers.GIVEN.where(
        given.c.approval_id.in_(
            sa.select(approvals.c.id).where(approvals.c.incident_id == sa.bindparam("incident_id"))
        )
    ),
    approval_answers.ROWS,
)
"""The answers to all requests of an incident."""


def joined(answers: Answers) -> Request | None:
    """Return the newest request of an incident with its answers, of who asked for both."""
    for request in answers.to(ASKED):
        theirs = (item for item in answers.to(ANSWERED) if item.approval_id == request.id)
        return replace(request, answers=tuple(theirs))
    return None


async def find(
    connection: AsyncConnection,
    *,
    approval_id: str | None = None,
    incident_id: IncidentId | None = None,
    plan_sha256: str | None = None,
    is_open: bool = False,
) -> Request | None:
    """Return the newest request that fits everything given, or None."""
    query = sa.select(approvals).order_by(approvals.c.requested_at.desc()).limit(1)
    if approval_id is not None:
        query = query.where(approvals.c.id == approval_id)
    if incident_id is not None:
        query = query.where(approvals.c.incident_id == incident_id)
    if plan_sha256 is not None:
        query = query.where(approvals.c.plan_sha256 == plan_sha256)
    if is_open:
        query = query.where(approvals.c.status == "open")
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    answers = await approval_answers.read(connection, [row.id])
    return _request(row, answers.get(row.id, ()))


@dataclass(frozen=True)
class Asked:
    """A request with what a list says of its incident."""

    request: Request
    cluster_id: str
    namespace: str
    service: str
    title: str
    severity: str


async def list_page(
    connection: AsyncConnection,
    org_id: str,
    *,
    is_open: bool | None,
    now: datetime,
    limit: int,
    before: tuple[Any, ...] | None = None,
) -> list[Asked]:
    """Return an organization's requests, newest first, that come after the position `before`.

    `is_open` asks for those that can still be decided at `now`, or only for the others.
    """
    can_be_decided = sa.and_(approvals.c.status == "open", approvals.c.expires_at > now)
    about = (incidents.c[name] for name in ("cluster_id", "namespace", "service"))
    query = (
        sa.select(approvals, *about, incidents.c.title, incidents.c.severity)
        .join(incidents, incidents.c.id == approvals.c.incident_id)
        .where(approvals.c.org_id == org_id)
    )
    if is_open is not None:
        query = query.where(can_be_decided if is_open else sa.not_(can_be_decided))
    if before is not None:
        query = query.where(sa.tuple_(approvals.c.requested_at, approvals.c.id) < before)
    newest_first = query.order_by(approvals.c.requested_at.desc(), approvals.c.id.desc())
    rows = (await connection.execute(newest_first.limit(limit))).all()
    answers = await approval_answers.read(connection, [row.id for row in rows])
    return [_asked(row, answers.get(row.id, ())) for row in rows]


async def lock(
    connection: AsyncConnection, approval_id: str, *, org_id: str | None = None
) -> Request | None:
    """Lock a request and return it as it is then; None when there is none in the organization.

    The incident is locked first, as everywhere, so that two transactions cannot wait for each other.
    """
    seen = await find(connection, approval_id=approval_id)
    if seen is None or org_id not in {None, seen.org_id}:
        return None
    await journal.lock_incident(connection, seen.incident_id)
    return await find(connection, approval_id=approval_id)


def _request(row: sa.Row[Any], answers: tuple[Given, ...]) -> Request:
    return Request(**{name: getattr(row, name) for name in _COLUMNS}, answers=answers)


def _asked(row: sa.Row[Any], answers: tuple[Given, ...]) -> Asked:
    return Asked(
        request=_request(row, answers),
        cluster_id=row.cluster_id,
        namespace=row.namespace,
        service=row.service,
        title=row.title,
        severity=row.severity,
    )


def to_decision(request: Request) -> Decision | None:
    """Return how the request ended, or None while it is open."""
    if request.decided_at is None:
        return None
    return Decision(
        approval_id=request.id,
        verdict=Verdict(request.status),
        actor=request.decided_by or "",
        channel=request.channel or "",
        reason=request.reason or "",
        plan_sha256=request.plan_sha256,
        decided_at=request.decided_at,
        without=tuple(ActionId(item) for item in request.left_out or ()),
    )
