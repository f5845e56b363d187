"""Requests for approval: how one is made, and the message that it waits."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal, outbox
from backend.db.approval_ends import close, expiry
from backend.db.approval_rows import Request, find
from backend.db.tables.approvals import approvals
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, PolicyRuling, strictest


async def request(
    connection: AsyncConnection,
    incident_id: IncidentId,
    plan: Plan,
    rulings: tuple[PolicyRuling, ...],
    *,
    now: datetime,
    ttl_s: float,
) -> ports.Approval:
    """Store a request and the message that it waits; the same plan gets the same request.

    A request for an earlier plan that is still open expires: at most one waits at a time.
    """
    org_id = await journal.lock_incident(connection, incident_id)
    known = await find(connection, incident_id=incident_id, plan_sha256=plan.sha256)
    if known is not None:
        return _port(known)
    waiting = await find(connection, incident_id=incident_id, is_open=True)
    if waiting is not None:
        await close(connection, waiting, expiry(waiting, now, "another plan took its place"))
    row: dict[str, Any] = {
        "id": f"apr-{secrets.token_hex(8)}",
        "org_id": org_id,
        "incident_id": incident_id,
        "plan_sha256": plan.sha256,
        "plan": plan.model_dump(mode="json"),
        "rulings": [ruling.model_dump(mode="json") for ruling in rulings],
        "status": "open",
        "requested_at": now,
        "expires_at": now + timedelta(seconds=ttl_s),
        "looked_at": now,
        "people": wanted_by(rulings).people,
    }
    await connection.execute(sa.insert(approvals).values(row))
    await _announce(connection, incident_id, row, plan, now)
    return ports.Approval(id=row["id"], plan_sha256=plan.sha256, expires_at=row["expires_at"])


def wanted_by(rulings: Iterable[Any]) -> Approvers:
    """Return who has to answer by the rulings that were shown, as they are stored."""
    shown = (PolicyRuling.model_validate(item) for item in rulings)
    return strictest(item.approvers for item in shown) or Approvers()


async def _announce(
    connection: AsyncConnection,
    incident_id: IncidentId,
    row: dict[str, Any],
    plan: Plan,
    now: datetime,
) -> None:
    facts = {
        "approval_id": row["id"],
        "plan_sha256": row["plan_sha256"],
        "expires_at": row["expires_at"].isoformat(),
        "people": row["people"],
    }
    draft = EventDraft(
        actor="platform",
        kind=EventKind.APPROVAL_REQUESTED,
        payload={**facts, "plan": row["plan"], "rulings": row["rulings"]},
        step_key=f"approval_requested:{row['plan_sha256']}",
    )
    await journal.append(connection, incident_id, [draft], now=now)
    await outbox.post(
        connection,
        incident_id,
        kind="approval_waiting",
        cause_key=f"approval_waiting:{row['id']}",
        facts={**facts, "summary": plan.summary},
        now=now,
    )


def _port(known: Request) -> ports.Approval:
    return ports.Approval(id=known.id, plan_sha256=known.plan_sha256, expires_at=known.expires_at)
