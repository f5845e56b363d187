"""How many people's yes to a request counts, and why one does not."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db import standing
from backend.db.approval_answers import Given, count_people
from backend.db.approval_requests import wanted_by
from backend.db.approval_rows import Request
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.ruling import Verdict

_NOBODY = "nobody decided in time"


class AnsweredBeforeError(PermanentError):
    """The same person has said yes before, and it counts: two people are two people."""


async def find_lost(
    connection: AsyncConnection, waiting: Request, now: datetime
) -> dict[Given, str]:
    """Return the yeses of a request that count no longer, each with the reason."""
    yes = [item for item in waiting.answers if item.verdict is Verdict.APPROVED]
    if not yes:
        return {}
    wanted = Role(wanted_by(waiting.rulings).role)
    roles = await standing.find(connection, waiting.org_id, yes, now=now)
    told = {item: standing.told_lost(item, roles.get(item), wanted) for item in yes}
    return {item: why for item, why in told.items() if why}


async def count(connection: AsyncConnection, asked: Request, now: datetime) -> int:
    """Return how many different people's yes counts; of an approved request, how many it took."""
    if asked.status == Verdict.APPROVED.value:  # whoever leaves later has said yes all the same
        return min(asked.people, count_people(asked.answers))
    lost = await find_lost(connection, asked, now)
    return count_people(item for item in asked.answers if item not in lost)


def missing_after(waiting: Request, given: Given, lost: Mapping[Given, str]) -> int:
    """Return how many more people have to say yes after this one.

    Whose yes fell may say it anew. So may anyone once enough yeses count without another being
    given: some had fallen and count again, as their people were let in again, and nobody else is needed.

    Raises:
        AnsweredBeforeError: The same person has said yes before, it counts, and others have to.
    """
    before = [item for item in waiting.answers if item not in lost]
    had = count_people(before)
    if had < waiting.people and count_people((*before, given)) == had:
        more = _told_missing(waiting, waiting.people - had)
        raise AnsweredBeforeError(f"{given.actor} has said yes already, which counts once: {more}")
    return max(0, waiting.people - count_people((*before, given)))


async def tell_short(connection: AsyncConnection, waiting: Request, now: datetime) -> str:
    """Return in one sentence why a request whose time is over was not approved."""
    if not count_people(waiting.answers):
        return _NOBODY
    lost = await find_lost(connection, waiting, now)
    had = count_people(item for item in waiting.answers if item not in lost)
    return "; ".join((f"{had} of {waiting.people} people said yes in time", *lost.values()))


def _told_missing(waiting: Request, missing: int) -> str:
    return f"{missing} more of {waiting.people} people {'has' if missing == 1 else 'have'} to"
