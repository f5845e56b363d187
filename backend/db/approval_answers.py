"""What each person answered to a request for approval."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Actor
from backend.db.tables.approvals import approval_answers
from sre_agent.domain.ids import ActionId
from sre_agent.domain.ruling import Decision, Verdict


@dataclass(frozen=True)
class Given:
    """One person's answer; `person` is the same for all sessions and tokens of one user."""

    approval_id: str
    person: str
    verdict: Verdict
    actor: str
    role: str
    channel: str
    reason: str
    left_out: tuple[ActionId, ...]
    decided_at: datetime


ROWS = TypeAdapter(list[Given])
GIVEN = sa.select(*(approval_answers.c[item.name] for item in fields(Given))).order_by(
    approval_answers.c.decided_at, approval_answers.c.person
)
"""Answers, in the order they were given."""


def of(actor: Actor, decision: Decision, left_out: Collection[ActionId]) -> Given:
    """Return what an actor answered, with the actions that this one person left out."""
    return Given(
        approval_id=decision.approval_id,
        person=actor.person,
        verdict=decision.verdict,
        actor=actor.name,
        role=actor.role.value,
        channel=decision.channel,
        reason=decision.reason,
        left_out=tuple(left_out),
        decided_at=decision.decided_at,
    )


def count_people(answers: Iterable[Given]) -> int:
    """Return how many different people said yes.

    A token of the settings has a name and no user: whoever has the same name as someone else counts
    as the same person, so that nobody becomes two by having both.
    """
    yes = [item for item in answers if item.verdict is Verdict.APPROVED]
    return min(len({item.person for item in yes}), len({item.actor.casefold() for item in yes}))


def left_out(answers: Iterable[Given]) -> frozenset[ActionId]:
    """Return the actions that anyone who said yes left out, by the newest yes of each person.

    `answers` are in the order they were given.
    """
    newest = {item.person: item.left_out for item in answers if item.verdict is Verdict.APPROVED}
    return frozenset(action_id for each in newest.values() for action_id in each)


async def store(connection: AsyncConnection, org_id: str, given: Given) -> None:
    """Keep an answer; a person whose yes fell may give it anew, and both are kept."""
    row = {**given.__dict__, "org_id": org_id, "verdict": given.verdict.value}
    row["left_out"] = list(given.left_out)
    await connection.execute(sa.insert(approval_answers).values(row))


async def read(
    connection: AsyncConnection, approval_ids: Collection[str]
) -> dict[str, tuple[Given, ...]]:
    """Return the answers to some requests by the request's id, in the order they were given."""
    query = GIVEN.where(approval_answers.c.approval_id.in_(approval_ids))
    rows = (await connection.execute(query)).mappings()
    found: defaultdict[str, list[Given]] = defaultdict(list)
    for given in ROWS.validate_python([dict(row) for row in rows]):
        found[given.approval_id].append(given)
    return {approval_id: tuple(items) for approval_id, items in found.items()}
