"""One-off freezes as they are stored; each that comes or goes is in the organization's log."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import organization_log
from backend.db.at_once import Question
from backend.db.organization_log import Deed
from backend.db.tables.base import Moment
from backend.db.tables.brakes import freezes
from sre_agent.domain.errors import PermanentError
from sre_agent.safety.freeze_text import FreezeText

FREEZES_MAX = 100
"""Of one organization, those that are over not counted."""


class FreezeNotFoundError(PermanentError):
    """The organization has no such freeze."""


class FreezeOverError(PermanentError):
    """The freeze would have ended before now."""


class TooManyFreezesError(PermanentError):
    """The organization has as many freezes as it may have."""


@dataclass(frozen=True)
class Freeze:
    """A freeze that somebody added."""

    id: str
    text: FreezeText
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Kept:
    """A freeze as it is stored; whether its definition is one, nobody has looked."""

    id: str
    definition: Any
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Present:
    """The freezes that are not over, by their ends; `fault` says which rows nobody can read."""

    freezes: tuple[Freeze, ...]
    fault: str | None = None


PRESENT = Question(
    sa.select(*(freezes.c[item.name] for item in fields(Kept)))
    .where(
        freezes.c.org_id == sa.bindparam("org_id"),
        freezes.c.ends_at > sa.bindparam("now", type_=Moment),
    )
    .order_by(freezes.c.ends_at, freezes.c.id),
    TypeAdapter(list[Kept]),
)
"""An organization's freezes that are not over `now`, by their ends."""


async def list_present(connection: AsyncConnection, org_id: str, *, now: datetime) -> Present:
    """Return the freezes that are not over; a row that says none is a fault, not an error."""
    return present(await PRESENT.ask(connection, org_id=org_id, now=now))


def present(rows: Sequence[Kept]) -> Present:
    """Return what rows say; one that says nothing is a fault, not an error."""
    read = [
        Freeze(row.id, text, row.added_by, row.added_at)
        for row in rows
        if (text := _text(row.definition)) is not None
    ]
    spoiled = {row.id for row in rows}.difference(item.id for item in read)
    return Present(tuple(read), _told(sorted(spoiled)) if spoiled else None)


def _text(definition: object) -> FreezeText | None:
    try:
        return FreezeText.model_validate(definition)
    except ValidationError:
        return None


def _told(spoiled: Sequence[str]) -> str:
    return "; ".join(
        f"freeze {id_} is spoiled in the database: remove it (`sre-agent freeze remove {id_}`) "
        "and add it anew"
        for id_ in spoiled
    )


async def add(
    connection: AsyncConnection, org_id: str, text: FreezeText, *, actor: str, now: datetime
) -> Freeze:
    """Store a freeze and record it.

    Raises:
        FreezeOverError: It ends before now.
        TooManyFreezesError: There are as many as there may be.
    """
    if text.ends_at <= now:
        raise FreezeOverError(f"{text.name} ended at {text.ends_at.isoformat()}")
    freeze = Freeze(f"frz-{secrets.token_hex(6)}", text, actor, now)
    await organization_log.append(
        connection,
        org_id=org_id,
        actor=actor,
        kind=Deed.FREEZE_ADDED,
        payload={"freeze": freeze.id, "name": text.name, "reason": text.reason, **_when(text)},
        now=now,
    )
    known = (await list_present(connection, org_id, now=now)).freezes
    if len(known) >= FREEZES_MAX:
        raise TooManyFreezesError(
            f"there are {len(known)} freezes: remove one, or write it to FREEZE_FILE"
        )
    row = {
        "org_id": org_id,
        "id": freeze.id,
        "definition": text.model_dump(mode="json", by_alias=True),
        "ends_at": text.ends_at,
        "added_by": actor,
        "added_at": now,
    }
    await connection.execute(sa.insert(freezes).values(row))
    return freeze


async def remove(
    connection: AsyncConnection, org_id: str, freeze_id: str, *, actor: str, now: datetime
) -> None:
    """Remove a freeze and record it, also one that nobody can read.

    Raises:
        FreezeNotFoundError: There is none of that id.
    """
    await organization_log.hold(connection, org_id)
    own = sa.and_(freezes.c.org_id == org_id, freezes.c.id == freeze_id)
    row = (await connection.execute(sa.select(freezes).where(own))).one_or_none()
    if row is None:
        raise FreezeNotFoundError(f"there is no freeze {freeze_id}")
    text = _text(row.definition)
    said = {"is_spoiled": True} if text is None else {"name": text.name, **_when(text)}
    await organization_log.append(
        connection,
        org_id=org_id,
        actor=actor,
        kind=Deed.FREEZE_REMOVED,
        payload={"freeze": freeze_id, **said},
        now=now,
    )
    await connection.execute(sa.delete(freezes).where(own))


def _when(text: FreezeText) -> dict[str, str]:
    return {"from": text.starts_at.isoformat(), "to": text.ends_at.isoformat()}
