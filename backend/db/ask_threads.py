"""Threads as they are stored: each of one person in one organization, and bounded."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.ask import ask_threads, ask_turns
from sre_agent.ask import remembering
from sre_agent.ask.answers import Answer
from sre_agent.ask.remembering import Memory, Turn
from sre_agent.domain.errors import PermanentError
from sre_agent.llm.asking import Exchange

KEPT_PER_PERSON = 100
"""Who begins one more loses the thread that was quiet longest."""
_TITLE = 120


class ThreadNotFoundError(PermanentError):
    """There is no such thread, or it is somebody else's."""


@dataclass(frozen=True)
class Outcome:
    """An answer, and what was said to a model and by it on the way, secrets masked."""

    answer: Answer
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True)
class Owner:
    """Whose threads they are."""

    org_id: str
    person: str


@dataclass(frozen=True)
class Thread:
    """A thread without what was said in it."""

    id: str
    title: str
    began_at: datetime
    last_at: datetime
    turns: int


async def list_all(connection: AsyncConnection, owner: Owner) -> list[Thread]:
    """Return somebody's threads, the one spoken in last first."""
    columns = (ask_threads.c[name] for name in ("id", "title", "began_at", "last_at", "turns"))
    query = sa.select(*columns).where(*_own(owner)).order_by(ask_threads.c.last_at.desc())
    rows = await connection.execute(query.limit(KEPT_PER_PERSON))
    return [Thread(**row._mapping) for row in rows]  # noqa: SLF001 - public


async def read(connection: AsyncConnection, owner: Owner, id_: str) -> Memory:
    """Return what a thread remembers.

    Raises:
        ThreadNotFoundError: They have no such thread.
    """
    row = await _get(connection, owner, id_)
    query = sa.select(ask_turns).where(ask_turns.c.thread_id == id_).order_by(ask_turns.c.number)
    return Memory(summary=row.summary, turns=_turns((await connection.execute(query)).all()))


async def keep(
    connection: AsyncConnection,
    owner: Owner,
    id_: str | None,
    question: str,
    outcome: Outcome,
    *,
    now: datetime,
) -> tuple[str, int]:
    """Add a turn to a thread, or begin one with it; return the thread's id and the turn's number.

    What no longer fits is kept in short. Two turns of one thread come one after the other.

    Raises:
        ThreadNotFoundError: They have no such thread.
    """
    if id_ is None:
        id_ = await _begin(connection, owner, question, now)
    row = await _get(connection, owner, id_, is_locked=True)
    memory = await read(connection, owner, id_)
    turn = Turn(number=row.turns + 1, at=now, question=question, answer=outcome.answer)
    after = remembering.add(memory, turn)
    first = after.turns[0].number
    gone = sa.delete(ask_turns).where(ask_turns.c.thread_id == id_, ask_turns.c.number < first)
    await connection.execute(gone)
    new = {
        "thread_id": id_,
        "number": turn.number,
        "org_id": owner.org_id,
        "at": now,
        "question": question,
        "answer": outcome.answer.model_dump(mode="json"),
        "exchanges": [item.model_dump(mode="json") for item in outcome.exchanges] or None,
    }
    await connection.execute(sa.insert(ask_turns).values(new))
    changed = {"last_at": now, "turns": turn.number, "summary": after.summary}
    await connection.execute(sa.update(ask_threads).where(ask_threads.c.id == id_).values(changed))
    return id_, turn.number


async def forget(connection: AsyncConnection, owner: Owner, id_: str) -> None:
    """Forget a thread.

    Raises:
        ThreadNotFoundError: They have no such thread.
    """
    await _get(connection, owner, id_, is_locked=True)
    await connection.execute(sa.delete(ask_threads).where(ask_threads.c.id == id_))


async def forget_quiet(connection: AsyncConnection, *, before: datetime) -> int:
    """Forget every thread in which nobody spoke since; return how many."""
    old = sa.delete(ask_threads).where(ask_threads.c.last_at < before)
    return (await connection.execute(old)).rowcount


async def _begin(connection: AsyncConnection, owner: Owner, question: str, now: datetime) -> str:
    id_ = f"thr-{secrets.token_hex(8)}"
    row = {
        "id": id_,
        "org_id": owner.org_id,
        "person": owner.person,
        "title": " ".join(question.split())[:_TITLE],
        "began_at": now,
        "last_at": now,
    }
    await connection.execute(sa.insert(ask_threads).values(row))
    newest = sa.select(ask_threads.c.id).where(*_own(owner))
    newest = newest.order_by(ask_threads.c.last_at.desc(), ask_threads.c.id)
    rest = newest.offset(KEPT_PER_PERSON)
    await connection.execute(
        sa.delete(ask_threads).where(ask_threads.c.id.in_(rest), ask_threads.c.id != id_)
    )
    return id_


async def _get(
    connection: AsyncConnection, owner: Owner, id_: str, *, is_locked: bool = False
) -> sa.Row[tuple[object, ...]]:
    query = sa.select(ask_threads).where(ask_threads.c.id == id_, *_own(owner))
    row = (await connection.execute(query.with_for_update() if is_locked else query)).one_or_none()
    if row is None:
        raise ThreadNotFoundError(f"there is no thread {id_} of yours")
    return row


def _own(owner: Owner) -> tuple[sa.ColumnElement[bool], ...]:
    return ask_threads.c.org_id == owner.org_id, ask_threads.c.person == owner.person


def _turns(rows: Sequence[sa.Row[tuple[object, ...]]]) -> tuple[Turn, ...]:
    """Return the turns that rows hold; one that an older version wrote otherwise is left out."""
    found = []
    for row in rows:
        try:
            answer = Answer.model_validate(row.answer)
        except ValidationError:
            continue
        found.append(Turn(number=row.number, at=row.at, question=row.question, answer=answer))
    return tuple(found)
