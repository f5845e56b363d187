"""The one door for decisions: whoever says yes or no, through whichever channel, comes by here."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.actors import Actor, Role
from backend.db import journal, outbox, queue
from backend.db.approval_rows import Request, find, lock, to_decision
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import incidents
from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, Decision, PolicyRuling, Verdict, strictest

CLOCK_ACTOR = "clock"
"""Who decides when nobody did in time."""

_ENDED = "the incident ended"


class ApprovalNotFoundError(PermanentError):
    """There is no such request for approval."""


class NotAnApproverError(PermanentError):
    """The role does not allow decisions."""


class PlanChangedError(PermanentError):
    """The decision speaks of another plan than the one that waits."""


class ApprovalClosedError(PermanentError):
    """The request was decided, or has expired, before."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        at = decision.decided_at.isoformat(timespec="seconds")
        super().__init__(f"already {decision.verdict} by {decision.actor} at {at}")


Confirm = Callable[[AsyncConnection], Awaitable[tuple[Actor, datetime]]]
"""Looks up again who decides, and what time it is, within the transaction that decides."""


@dataclass(frozen=True)
class Answer:
    """What someone decides: on which request, how, through which channel, and why.

    `plan_sha256` is the plan they saw; None means the one that waits.
    """

    approval_id: str
    verdict: Verdict
    actor: Actor
    channel: str
    reason: str = ""
    plan_sha256: str | None = None


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
        await _close(connection, waiting, _expiry(waiting, now, "another plan took its place"))
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
    }
    await connection.execute(sa.insert(approvals).values(row))
    await _announce(connection, incident_id, row, plan, now)
    return ports.Approval(id=row["id"], plan_sha256=plan.sha256, expires_at=row["expires_at"])


async def decide(
    engine: AsyncEngine, answer: Answer, *, now: datetime, confirm: Confirm | None = None
) -> Decision:
    """Close a request with a verdict, record it, and let the incident go on: one transaction.

    With `confirm` the decision counts as of when the request is locked, by who the actor is then:
    somebody may have shut them out, or its time may have ended, while it waited for the lock.

    Raises:
        NotAnApproverError: The actor's role does not decide, or not on this plan.
        ApprovalNotFoundError: The actor's organization has no such request.
        ApprovalClosedError: It was decided before, or its time or its incident is over (which is
            then recorded).
        PlanChangedError: The actor saw another plan.
    """
    _check_may_decide(answer.actor)
    async with engine.begin() as connection:
        waiting = await _lock_open(connection, answer)
        if confirm is not None:
            actor, now = await confirm(connection)
            _check_may_decide(actor)
            answer = replace(answer, actor=actor)
        _check_entitled(answer, waiting)
        is_over = await _is_over(connection, waiting.incident_id)
        is_late = is_over or now >= waiting.expires_at
        decision = _expiry(waiting, now, _ENDED if is_over else "nobody decided in time")
        if not is_late:
            decision = _decision(waiting, answer, now)
        await _close(connection, waiting, decision, role=None if is_late else answer.actor.role)
        if not is_over:
            await queue.enqueue_resume(connection, waiting.incident_id, waiting.id)
    if is_late:
        raise ApprovalClosedError(decision)
    return decision


def _check_may_decide(actor: Actor) -> None:
    if not actor.role.includes(Role.APPROVER):
        raise NotAnApproverError(f"{actor.name} is {actor.role}, not approver")


def _check_entitled(answer: Answer, waiting: Request) -> None:
    """Refuse a yes of someone whose yes policy does not take: everyone who decides may say no."""
    shown = (PolicyRuling.model_validate(item) for item in waiting.rulings)
    wanted = strictest(item.approvers for item in shown) or Approvers()
    if answer.verdict is Verdict.APPROVED and not answer.actor.role.includes(Role(wanted.role)):
        raise NotAnApproverError(
            f"policy wants an {wanted.role} to approve this plan, "
            f"{answer.actor.name} is {answer.actor.role}"
        )


async def _lock_open(connection: AsyncConnection, answer: Answer) -> Request:
    waiting = await lock(connection, answer.approval_id, org_id=answer.actor.org_id)
    if waiting is None:
        raise ApprovalNotFoundError(f"there is no approval {answer.approval_id}")
    ended = to_decision(waiting)
    if ended is not None:
        raise ApprovalClosedError(ended)
    if answer.plan_sha256 is not None and answer.plan_sha256 != waiting.plan_sha256:
        raise PlanChangedError(f"the plan that waits is {waiting.plan_sha256}")
    return waiting


async def close_open(
    connection: AsyncConnection, incident_id: IncidentId, *, now: datetime, reason: str = _ENDED
) -> str | None:
    """Close the open request and return its id: there is nothing left to allow."""
    waiting = await find(connection, incident_id=incident_id, is_open=True)
    if waiting is None:
        return None
    await _close(connection, waiting, _expiry(waiting, now, reason))
    return waiting.id


async def expire_due(engine: AsyncEngine, *, now: datetime) -> list[Decision]:
    """Close every request whose time is over and let its incident go on."""
    due = sa.select(approvals.c.id).where(approvals.c.status == "open")
    async with engine.connect() as connection:
        ids = (await connection.execute(due.where(approvals.c.expires_at <= now))).scalars().all()
    closed = []
    for id_ in ids:
        async with engine.begin() as connection:
            waiting = await lock(connection, id_)
            if waiting is not None and to_decision(waiting) is None:
                decision = _expiry(waiting, now, "nobody decided in time")
                await _close(connection, waiting, decision)
                await queue.enqueue_resume(connection, waiting.incident_id, waiting.id)
                closed.append(decision)
    return closed


async def _is_over(connection: AsyncConnection, incident_id: IncidentId) -> bool:
    query = sa.select(incidents.c.ended_at).where(incidents.c.id == incident_id)
    return (await connection.execute(query)).scalar_one() is not None


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


async def _close(
    connection: AsyncConnection, waiting: Request, decision: Decision, role: Role | None = None
) -> None:
    values = {
        "status": decision.verdict.value,
        "decided_by": decision.actor,
        "decided_role": role,
        "channel": decision.channel,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
    }
    query = sa.update(approvals).where(approvals.c.id == waiting.id)
    await connection.execute(query.values(values))
    draft = EventDraft(
        actor=decision.actor,
        kind=EventKind.APPROVAL_DECIDED,
        payload={**decision.model_dump(mode="json"), "role": role},
        step_key=f"approval_decided:{waiting.id}",
    )
    await journal.append(connection, waiting.incident_id, [draft], now=decision.decided_at)


def _decision(waiting: Request, answer: Answer, now: datetime) -> Decision:
    return Decision(
        approval_id=waiting.id,
        verdict=answer.verdict,
        actor=answer.actor.name,
        channel=answer.channel,
        reason=answer.reason,
        plan_sha256=waiting.plan_sha256,
        decided_at=now,
    )


def _expiry(waiting: Request, now: datetime, reason: str) -> Decision:
    return Decision(
        approval_id=waiting.id,
        verdict=Verdict.EXPIRED,
        actor=CLOCK_ACTOR,
        channel="clock",
        reason=reason,
        plan_sha256=waiting.plan_sha256,
        decided_at=now,
    )


def _port(known: Request) -> ports.Approval:
    return ports.Approval(id=known.id, plan_sha256=known.plan_sha256, expires_at=known.expires_at)
