"""How often someone may try a door: counted in the database, so that every replica counts alike."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db.tables.accounts import attempts
from sre_agent.domain.errors import PermanentError

_WINDOW_S = 60
_KEPT = timedelta(minutes=10)
_SUBJECT_MAX_CHARS = 320


@dataclass(frozen=True)
class Door:
    """What is tried, and how often a minute it may be."""

    name: str
    per_minute: int


SIGN_IN = Door("sign-in", 5)
REGISTER = Door("register", 3)


class TooManyAttemptsError(PermanentError):
    """The door was tried too often; `retry_after_s` says when it may be tried again."""

    def __init__(self, door: Door, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"{door.name} may be tried {door.per_minute} times a minute")


async def count(connection: AsyncConnection, door: Door, subject: str, *, now: datetime) -> None:
    """Count one attempt of a subject (an address, a name) at a door.

    Two windows are looked at, the one before weighted by how much of it lies within the last
    minute: a burst around the turn of a window counts as one burst.

    Raises:
        TooManyAttemptsError: This one is too many. It counts all the same.
    """
    start = datetime.fromtimestamp(now.timestamp() // _WINDOW_S * _WINDOW_S, UTC)
    before = start - timedelta(seconds=_WINDOW_S)
    key = {"door": door.name, "subject": subject[:_SUBJECT_MAX_CHARS]}
    added = insert(attempts).values(**key, window_start=start, count=1)
    counted = added.on_conflict_do_update(
        index_elements=["door", "subject", "window_start"],
        set_={"count": attempts.c.count + 1},
    ).returning(attempts.c.count)
    current: int = (await connection.execute(counted)).scalar_one()
    previous = sa.select(attempts.c.count).where(
        attempts.c.door == key["door"],
        attempts.c.subject == key["subject"],
        attempts.c.window_start == before,
    )
    earlier: int = (await connection.execute(previous)).scalar_one_or_none() or 0
    passed_s = (now - start).total_seconds()
    if current + min(earlier, door.per_minute) * (1 - passed_s / _WINDOW_S) > door.per_minute:
        raise TooManyAttemptsError(door, max(1, math.ceil(_WINDOW_S - passed_s)))


async def sweep(connection: AsyncConnection, *, now: datetime) -> None:
    """Forget windows that no longer count."""
    await connection.execute(sa.delete(attempts).where(attempts.c.window_start < now - _KEPT))
