"""The alarm of a broken log: named once, written down, and all writing halted until a person resumes it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import organization_log, switch
from backend.db.at_once import Question
from backend.db.organization_log import Deed
from backend.db.tables.auditing import audit_breaks
from sre_agent.domain.chain import START, BrokenLink, Chain, Position

OWN = ""
"""Stands for the organization's own log where otherwise an incident is named."""

ACTOR = "audit"
_ALARM_ENTRIES = 2
"""What an alarm writes: which log is broken, and that writing is halted."""
_OWN_IN_WORDS = "the organization's own"

RESUMED = Question(
    sa.select(audit_breaks.c.own_seq.label("seq"), audit_breaks.c.own_hash.label("hash"))
    .where(audit_breaks.c.org_id == sa.bindparam("org_id"), audit_breaks.c.log == OWN)
    .order_by(audit_breaks.c.own_seq.desc())
    .limit(1),
    TypeAdapter(list[Position]),
)
"""Where an organization's own log goes on after the last alarm about it, if there was one."""


async def sound_alarm(
    connection: AsyncConnection, org_id: str, log: str, link: BrokenLink, *, now: datetime
) -> bool:
    """Keep the broken link, log it and halt all writing; return False when it was known before.

    Who resumes writing after it has seen it, and is not halted for the same link again.
    """
    await organization_log.hold(connection, org_id)
    row = {"org_id": org_id, "log": log, "seq": link.seq, "reason": link.reason, "found_at": now}
    fresh = insert(audit_breaks).values(**row, own_seq=0, own_hash=START.hash)
    adding = fresh.on_conflict_do_nothing().returning(audit_breaks.c.seq)
    if (await connection.execute(adding)).one_or_none() is None:
        return False
    payload = {"log": log or _OWN_IN_WORDS, "seq": link.seq, "reason": link.reason}
    await organization_log.append(
        connection, org_id=org_id, actor=ACTOR, kind=Deed.AUDIT_BROKEN, payload=payload, now=now
    )
    why = f"{described(log, link)}: look what happened, then resume"
    halted = switch.Throw(is_halted=True, actor=ACTOR, reason=why)
    await switch.throw(connection, org_id, halted, now=now)
    end = await organization_log.find_head(connection, org_id)
    stood = sa.update(audit_breaks).where(
        audit_breaks.c.org_id == org_id, audit_breaks.c.log == log, audit_breaks.c.seq == link.seq
    )
    await connection.execute(stood.values(own_seq=end.seq, own_hash=end.hash))
    return True


def described(log: str, link: BrokenLink) -> str:
    """Return what is broken, as a sentence's beginning."""
    name = f"the log of {log}" if log else "the organization's log"
    return f"{name} does not hold at {link.seq} ({link.reason})"


async def find_resumption(connection: AsyncConnection, org_id: str) -> Position:
    """Return where the organization's own log goes on after the last alarm about it."""
    said = next(iter(await RESUMED.ask(connection, org_id=org_id)), START)
    return said if await is_alarm(connection, org_id, said) else START


async def is_alarm(connection: AsyncConnection, org_id: str, at: Position) -> bool:
    """Return whether an alarm about the log stands in the log itself where a row says that it goes on.

    By the row alone everything before it could be taken away: whoever writes rows would say so.
    """
    if at.seq < _ALARM_ENTRIES:
        return False
    alarm = await organization_log.read(
        connection, org_id, after=at.seq - _ALARM_ENTRIES, limit=_ALARM_ENTRIES
    )
    chain = Chain("entry", organization_log.Entry.compute_hash, _before(alarm))
    kinds = [entry.kind for entry in alarm if entry.actor == ACTOR]
    return (
        kinds == [Deed.AUDIT_BROKEN, Deed.WRITING_HALTED]
        and alarm[0].payload.get("log") == _OWN_IN_WORDS
        and chain.follow(alarm) is None
        and chain.position == at
    )


def _before(entries: Sequence[organization_log.Entry]) -> Position:
    return Position(seq=entries[0].seq - 1, hash=entries[0].prev_hash) if entries else START
