"""How a request for approval ends: its row, and the entry of the log that says the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import journal
from backend.db.approval_answers import Given
from backend.db.approval_rows import Request
from backend.db.tables.approvals import approvals
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.ruling import Decision, Verdict

CLOCK_ACTOR = "clock"
"""Who decides when nobody did in time."""

_PLATFORM = "platform"
"""Who voids what is no longer as it was shown, and through what."""


def expiry(waiting: Request, now: datetime, reason: str, *, by: str = CLOCK_ACTOR) -> Decision:
    """Return the end of a request that nobody decided; `by` is whose step left nothing to decide."""
    return Decision(
        approval_id=waiting.id,
        verdict=Verdict.EXPIRED,
        actor=by,
        channel="clock" if by == CLOCK_ACTOR else "steering",
        reason=reason,
        plan_sha256=waiting.plan_sha256,
        decided_at=now,
    )


async def close(
    connection: AsyncConnection,
    waiting: Request,
    decision: Decision,
    given: Given | None = None,
    lost: Sequence[str] = (),
) -> None:
    """End a request with a decision; `given` is the answer that decided, where a person did.

    `lost` says why answers before it count no longer.
    """
    await _store(connection, waiting, decision, given)
    await record(connection, waiting, EventKind.APPROVAL_DECIDED, decision, given, lost)


async def void(
    connection: AsyncConnection, asked: Request, reason: str, *, now: datetime
) -> Decision:
    """Void a request that is open or was approved, as what it was about has changed."""
    decision = Decision(
        approval_id=asked.id,
        verdict=Verdict.VOIDED,
        actor=_PLATFORM,
        channel=_PLATFORM,
        reason=reason,
        plan_sha256=asked.plan_sha256,
        decided_at=now,
        without=tuple(ActionId(item) for item in asked.left_out or ()),
    )
    await _store(connection, asked, decision, None)
    await record(connection, asked, EventKind.APPROVAL_VOIDED, decision)
    return decision


async def record(
    connection: AsyncConnection,
    waiting: Request,
    kind: EventKind,
    decision: Decision,
    given: Given | None = None,
    lost: Sequence[str] = (),
) -> None:
    """Write down what was answered, by whom: one entry for each answer, one for the end.

    `lost` says why answers before it count no longer.
    """
    own: dict[str, Any] = {"role": None}
    if given is not None:
        left_out = list(given.left_out)
        own = {"role": given.role, "person": given.person, "left_out": left_out}
    if lost:
        own["lost"] = list(lost)
    by = _turn(waiting, given) if given and kind is EventKind.APPROVAL_GIVEN else ""
    draft = EventDraft(
        actor=decision.actor,
        kind=kind,
        payload={**decision.model_dump(mode="json"), **own},
        step_key=f"{kind.value}:{waiting.id}{by}",
    )
    await journal.append(connection, waiting.incident_id, [draft], now=decision.decided_at)


def _turn(waiting: Request, given: Given) -> str:
    """Return who answers, and after how many answers of theirs: whose yes fell may say it anew."""
    before = sum(item.person == given.person for item in waiting.answers)
    return f":{given.person}:{before}" if before else f":{given.person}"


async def _store(
    connection: AsyncConnection, waiting: Request, decision: Decision, given: Given | None
) -> None:
    values = {
        "status": decision.verdict.value,
        "decided_by": decision.actor,
        "decided_role": None if given is None else given.role,
        "channel": decision.channel,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "left_out": list(decision.without) or None,
    }
    query = sa.update(approvals).where(approvals.c.id == waiting.id)
    await connection.execute(query.values(values))
