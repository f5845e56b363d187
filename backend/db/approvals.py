"""The one door for decisions: whoever says yes or no, through whichever channel, comes by here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.actors import Actor, Role
from backend.db import approval_answers, approval_counts, approval_ends, journal, queue
from backend.db.approval_answers import Given
from backend.db.approval_ends import CLOCK_ACTOR, close, expiry, record
from backend.db.approval_requests import wanted_by
from backend.db.approval_rows import Request, find, lock, to_decision
from backend.db.tables.approvals import approvals
from backend.db.tables.incidents import incidents
from sre_agent.domain import proposer
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, Verdict

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
        said = f"already {decision.verdict} by {decision.actor} at {at}"
        if decision.verdict is Verdict.VOIDED:
            said = f"changed after you looked: look again ({decision.reason})"
        super().__init__(said)


class UnfitAnswerError(PermanentError):
    """The answer leaves out what it cannot."""


Confirm = Callable[[AsyncConnection], Awaitable[tuple[Actor, datetime]]]
"""Looks up again who decides, and what time it is, within the transaction that decides."""


@dataclass(frozen=True)
class Answer:
    """What someone decides: on which request, how, through which channel, and why.

    `plan_sha256` is the plan they saw; None means the one that waits. `without` are the actions
    that they leave out; what depends on these is left out as well.
    """

    approval_id: str
    verdict: Verdict
    actor: Actor
    channel: str
    reason: str = ""
    plan_sha256: str | None = None
    without: tuple[ActionId, ...] = ()


async def decide(
    engine: AsyncEngine, answer: Answer, *, now: datetime, confirm: Confirm | None = None
) -> Decision:
    """Take one person's answer, record it, and close the request if it settles it: one transaction.

    One no settles it; a yes does once as many different people have said yes as policy wants, and
    the incident goes on then. Until then the decision that is returned says how many more it waits
    for. With `confirm` the answer counts as of when the request is locked, by who the actor is then:
    somebody may have shut them out, or its time may have ended, while it waited for the lock.

    Raises:
        NotAnApproverError: The actor's role does not decide, or not on this plan.
        ApprovalNotFoundError: The actor's organization has no such request.
        ApprovalClosedError: It was decided before, or its time or its incident is over (which is
            then recorded).
        PlanChangedError: The actor saw another plan.
        AnsweredBeforeError: The same person has said yes before, and it counts.
        UnfitAnswerError: It leaves out what is not planned, or everything.
    """
    _check_may_decide(answer.actor)
    async with engine.begin() as connection:
        waiting = await _lock_open(connection, answer)
        if confirm is not None:
            actor, now = await confirm(connection)
            _check_may_decide(actor)
            answer = replace(answer, actor=actor)
        is_over = await _is_over(connection, waiting.incident_id)
        is_late = is_over or now >= waiting.expires_at
        if is_late:
            why = _ENDED if is_over else await approval_counts.tell_short(connection, waiting, now)
            decision = expiry(waiting, now, why)
            await close(connection, waiting, decision)
        else:
            await _check_entitled(connection, answer, waiting)
            decision = await _take(connection, waiting, answer, now)
        if not is_over and not decision.waits_for:
            await queue.enqueue_resume(connection, waiting.incident_id, waiting.id)
    if is_late:
        raise ApprovalClosedError(decision)
    return decision


async def _take(
    connection: AsyncConnection, waiting: Request, answer: Answer, now: datetime
) -> Decision:
    """Keep the answer, and close the request where it settles it."""
    decision = Decision(
        approval_id=waiting.id,
        verdict=answer.verdict,
        actor=answer.actor.name,
        channel=answer.channel,
        reason=answer.reason,
        plan_sha256=waiting.plan_sha256,
        decided_at=now,
    )
    given = approval_answers.of(answer.actor, decision, _left_out(waiting, answer))
    lost: dict[Given, str] = {}
    if answer.verdict is Verdict.APPROVED:
        lost = await approval_counts.find_lost(connection, waiting, now)
        missing = approval_counts.missing_after(waiting, given, lost)
        without = _without(waiting, given)
        decision = decision.model_copy(update={"waits_for": missing, "without": without})
    await approval_answers.store(connection, waiting.org_id, given)
    if decision.waits_for:
        await record(
            connection, waiting, EventKind.APPROVAL_GIVEN, decision, given, tuple(lost.values())
        )
    else:
        await close(connection, waiting, decision, given, tuple(lost.values()))
    return decision


def _without(waiting: Request, given: Given) -> tuple[ActionId, ...]:
    """Return what all who said yes leave out together, with all that depends on it."""
    plan = Plan.model_validate(waiting.plan)
    without = plan.depending_on(approval_answers.left_out((*waiting.answers, given)))
    if len(without) == len(plan.actions):
        raise UnfitAnswerError("nothing of the plan would be left: reject it instead")
    return without


def _left_out(waiting: Request, answer: Answer) -> tuple[ActionId, ...]:
    """Return what the answer leaves out, with all that depends on it."""
    plan = Plan.model_validate(waiting.plan)
    known = [action.id for action in plan.actions]
    unknown = sorted(set(answer.without).difference(known))
    if unknown:
        raise UnfitAnswerError(
            f"the plan has no action {', '.join(unknown)}; it has {', '.join(known)}"
        )
    if answer.without and answer.verdict is not Verdict.APPROVED:
        raise UnfitAnswerError("whoever rejects a plan leaves nothing out: it is not carried out")
    return plan.depending_on(answer.without)


def _check_may_decide(actor: Actor) -> None:
    if not actor.role.includes(Role.APPROVER):
        raise NotAnApproverError(f"{actor.name} is {actor.role}, not approver")


async def _check_entitled(connection: AsyncConnection, answer: Answer, waiting: Request) -> None:
    """Refuse a yes of someone whose yes policy does not take: everyone who decides may say no."""
    if answer.verdict is not Verdict.APPROVED:
        return
    wanted = wanted_by(waiting.rulings)
    if not answer.actor.role.includes(Role(wanted.role)):
        raise NotAnApproverError(
            f"policy wants {wanted.told} to approve this plan, "
            f"{answer.actor.name} is {answer.actor.role}"
        )
    if wanted.not_requester:
        log = await journal.read(connection, waiting.incident_id)
        by = proposer.of_plan(log, waiting.plan_sha256)
        if by is not None and by.is_one_of(name=answer.actor.name, person=answer.actor.person):
            raise NotAnApproverError(
                f"policy lets nobody approve what they proposed, {answer.actor.name} did: "
                "somebody else has to"
            )


async def _lock_open(connection: AsyncConnection, answer: Answer) -> Request:
    waiting = await lock(connection, answer.approval_id, org_id=answer.actor.org_id)
    if waiting is None:
        raise ApprovalNotFoundError(f"there is no approval {answer.approval_id}")
    if answer.plan_sha256 is not None and answer.plan_sha256 != waiting.plan_sha256:
        raise await _other_plan(connection, waiting, answer.plan_sha256)
    ended = to_decision(waiting)
    if ended is not None:
        raise ApprovalClosedError(ended)
    return waiting


async def _other_plan(
    connection: AsyncConnection, waiting: Request, seen_sha256: str
) -> PlanChangedError:
    """Return why the plan that was seen cannot be decided on."""
    seen = await find(connection, incident_id=waiting.incident_id, plan_sha256=seen_sha256)
    if seen is not None and seen.status == Verdict.VOIDED:
        return PlanChangedError(
            f"changed after you looked: look again ({seen.reason}); "
            f"the plan that waits is {waiting.plan_sha256}"
        )
    return PlanChangedError(f"the plan that waits is {waiting.plan_sha256}")


async def close_open(
    connection: AsyncConnection,
    incident_id: IncidentId,
    *,
    now: datetime,
    reason: str = _ENDED,
    by: str = CLOCK_ACTOR,
) -> str | None:
    """Close the open request and return its id: there is nothing left to allow, by whose doing."""
    waiting = await find(connection, incident_id=incident_id, is_open=True)
    if waiting is None:
        return None
    await close(connection, waiting, expiry(waiting, now, reason, by=by))
    return waiting.id


async def void(
    connection: AsyncConnection, approval_id: str, *, reason: str, now: datetime
) -> Decision:
    """Void a request that is open or was approved, and return how it ended; safe to repeat.

    Raises:
        ApprovalNotFoundError: There is no such request.
    """
    asked = await lock(connection, approval_id)
    if asked is None:
        raise ApprovalNotFoundError(f"there is no approval {approval_id}")
    ended = to_decision(asked)
    if ended is not None and ended.verdict is not Verdict.APPROVED:
        return ended
    return await approval_ends.void(connection, asked, reason, now=now)


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
                why = await approval_counts.tell_short(connection, waiting, now)
                decision = expiry(waiting, now, why)
                await close(connection, waiting, decision)
                await queue.enqueue_resume(connection, waiting.incident_id, waiting.id)
                closed.append(decision)
    return closed


async def _is_over(connection: AsyncConnection, incident_id: IncidentId) -> bool:
    query = sa.select(incidents.c.ended_at).where(incidents.c.id == incident_id)
    return (await connection.execute(query)).scalar_one() is not None
