"""How often someone may try a door: counted in the database, so that every replica counts alike."""

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.db.tables.accounts import attempts
from sre_agent.domain.errors import PermanentError

_MINUTE = timedelta(minutes=1)
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Door:
    """What is tried, and how often within any minute it may be."""

    name: str
    per_minute: int


SIGN_IN = Door("sign-in", 5)
REGISTER = Door("register", 3)


class TooManyAttemptsError(PermanentError):
    """The door was tried too often; `retry_after_s` says when it may be tried again."""

    def __init__(self, door: Door, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(
            f"{door.name} may be tried {door.per_minute} times a minute; wait {retry_after_s} s"
        )


def by_address(address: str) -> str:
    """Return whom an address counts for: of IPv6 everyone has a whole network to come from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address}"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return f"address:{parsed.ipv4_mapped}"
        network = ipaddress.ip_network((int(parsed), _IPV6_NETWORK_BITS), strict=False)
        return f"address:{network}"
    return f"address:{parsed}"


def by_name(name: str) -> str:
    """Return whom a name counts for, known or not."""
    return f"name:{name.strip().lower()}"


async def enter(engine: AsyncEngine, door: Door, *subjects: str, now: datetime) -> None:
    """Count an attempt of each subject, one after the other, in a transaction of its own.

    An attempt that is refused counts no further: who waits as told comes in.

    Raises:
        TooManyAttemptsError: It is one too many for one of them.
    """
    wait_s = None
    async with engine.begin() as connection:
        for subject in subjects:
            wait_s = await _count(connection, door, subject, now)
            if wait_s is not None:
                break
    if wait_s is not None:
        raise TooManyAttemptsError(door, wait_s)


def within_limit(times: Sequence[datetime], per_minute: int, now: datetime) -> int | None:
    """Return None when one more attempt is within the limit, or after how many seconds it is."""
    recent = sorted(time for time in times if time > now - _MINUTE)
    if len(recent) < per_minute:
        return None
    return max(1, math.ceil((recent[-per_minute] + _MINUTE - now).total_seconds()))


async def sweep(connection: AsyncConnection, *, now: datetime) -> None:
    """Forget what no longer counts."""
    key = sa.tuple_(attempts.c.door, attempts.c.subject_sha256)
    # Who is at a door holds one row and may wait for another: we wait for nobody.
    over = sa.select(*key.clauses).where(attempts.c.last_at <= now - _MINUTE)
    await connection.execute(
        sa.delete(attempts).where(key.in_(over.with_for_update(skip_locked=True)))
    )


async def _count(
    connection: AsyncConnection, door: Door, subject: str, now: datetime
) -> int | None:
    key = {"door": door.name, "subject_sha256": hashlib.sha256(subject.encode()).digest()}
    # The row is locked by this: attempts at the same moment are counted one after the other.
    found = insert(attempts).values(**key, times=[], last_at=now)
    locked = found.on_conflict_do_update(
        index_elements=["door", "subject_sha256"], set_={"last_at": now}
    ).returning(attempts.c.times)
    times: list[datetime] = (await connection.execute(locked)).scalar_one()
    wait_s = within_limit(times, door.per_minute, now)
    if wait_s is None:
        kept = [time for time in times if time > now - _MINUTE]
        query = sa.update(attempts).where(
            attempts.c.door == key["door"], attempts.c.subject_sha256 == key["subject_sha256"]
        )
        await connection.execute(query.values(times=[*kept, now]))
    return wait_s
