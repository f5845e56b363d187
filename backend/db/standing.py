"""Whether those who answered may still answer: looked up anew whenever their answers are counted."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db.approval_answers import Given
from backend.db.tables.accounts import api_tokens, users
from backend.db.tables.base import Moment

_USER = "user:"

_DECIDED_AT = sa.bindparam("decided_at", type_=Moment)
_TOKEN = (
    sa.select(api_tokens.c.role, api_tokens.c.expires_at, api_tokens.c.revoked_at)
    .where(
        api_tokens.c.org_id == sa.bindparam("org_id"),
        api_tokens.c.name == sa.bindparam("name"),
        api_tokens.c.created_at <= _DECIDED_AT,
        sa.or_(api_tokens.c.revoked_at.is_(None), api_tokens.c.revoked_at > _DECIDED_AT),
    )
    .order_by(api_tokens.c.created_at.desc())
    .limit(1)
)
_NOBODYS = _TOKEN.where(api_tokens.c.user_id.is_(None))
_OF_USER = _TOKEN.where(api_tokens.c.user_id == sa.bindparam("user_id"))


async def find(
    connection: AsyncConnection, org_id: str, answers: Collection[Given], *, now: datetime
) -> Mapping[Given, Role]:
    """Return the role that each who answered has now; who was shut out since is not in it.

    Somebody is shut out who was disabled or lost their role, and whose token was revoked or has
    expired. A token that only the settings know is no row: it has the role it had.
    """
    found = {item: await _role(connection, org_id, item, now) for item in answers}
    return {item: role for item, role in found.items() if role is not None}


def told_lost(given: Given, role: Role | None, wanted: Role) -> str | None:
    """Return why an answer no longer counts where policy wants a role, or None where it does."""
    if role is None:
        return f"the yes of {given.actor} no longer counts: they were shut out after it"
    if not role.includes(wanted):
        return f"the yes of {given.actor} no longer counts: they are {role} by now, not {wanted}"
    return None


async def _role(
    connection: AsyncConnection, org_id: str, given: Given, now: datetime
) -> Role | None:
    if not given.person.startswith(_USER):
        token = await _token(connection, org_id, given, None)
        if token is None:
            return Role(given.role) if given.role in set(Role) else None
        return _of_token(token, now)
    query = sa.select(users).where(
        users.c.org_id == org_id, users.c.id == given.person.removeprefix(_USER)
    )
    user = (await connection.execute(query)).one_or_none()
    if user is None or user.disabled_at is not None or user.role is None:
        return None
    if given.actor == user.name:
        return Role(user.role)
    token = await _token(connection, org_id, given, user.id)
    role = None if token is None else _of_token(token, now)
    return None if role is None else role.at_most(Role(user.role))


async def _token(
    connection: AsyncConnection, org_id: str, given: Given, user_id: str | None
) -> sa.Row[Any, Any, Any] | None:
    """Return the token that had the name when the answer was given."""
    about = {"org_id": org_id, "name": given.actor, "decided_at": given.decided_at}
    if user_id is None:
        return (await connection.execute(_NOBODYS, about)).one_or_none()
    return (await connection.execute(_OF_USER, {**about, "user_id": user_id})).one_or_none()


def _of_token(token: sa.Row[Any, Any, Any], now: datetime) -> Role | None:
    is_over = token.expires_at is not None and token.expires_at <= now
    return None if is_over or token.revoked_at is not None else Role(token.role)
