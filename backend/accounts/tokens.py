"""Tokens of programs: scoped by a role, shown once, stored as a hash, revocable.

A token is never more than the person behind it: it does what both its own role and theirs allow,
and nothing while they are disabled. Whoever is shut out may have kept what they made.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.accounts import credentials
from backend.accounts.administration import RoleAboveOwnError
from backend.accounts.people import InvalidNameError, NameTakenError, normalize
from backend.actors import Actor, ActorKind, Role
from backend.db import organization_log
from backend.db.organization_log import Deed
from backend.db.tables.accounts import api_tokens, users
from sre_agent.domain.errors import PermanentError

LIFETIME_MAX = timedelta(days=3652)
"""Ten years: an end beyond is a slip of the pen, and some moments cannot even be read back."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_USED_EVERY = timedelta(minutes=1)


class NoSuchTokenError(PermanentError):
    """The organization has no such token."""


class MadeByTokenError(PermanentError):
    """A token would outlive the one that made it, which may have been stolen."""


class ExpiredAlreadyError(PermanentError):
    """The token would open nothing from the first moment."""


class ExpiresTooLateError(PermanentError):
    """The end of the token lies further ahead than anybody plans."""


@dataclass(frozen=True)
class Token:
    """A program's token as it is known afterwards: everything but itself."""

    id: str
    name: str
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


async def create(
    connection: AsyncConnection,
    creator: Actor,
    *,
    name: str,
    role: Role,
    expires_at: datetime | None,
    now: datetime,
) -> tuple[Token, str]:
    """Make a token for a program, at most as powerful as who makes it; return it with its secret.

    Raises:
        RoleAboveOwnError: The role is above the creator's own.
        InvalidNameError: Tokens are not called that.
        NameTakenError: A token or a person is called that.
        MadeByTokenError: The creator is a program that has such a token itself.
        ExpiredAlreadyError: Its end lies in the past.
        ExpiresTooLateError: Its end lies too far ahead.
    """
    if creator.token_id is not None:
        raise MadeByTokenError(f"{creator.name} is a program with a token of its own")
    if not creator.role.includes(role):
        raise RoleAboveOwnError(f"{creator.name} is {creator.role}, and {role} is above that")
    if expires_at is not None:
        _check_end(expires_at, now)
    normal = _normalize(name)
    await organization_log.hold(connection, creator.org_id)
    secret = credentials.new_token()
    row = {
        "id": f"tok-{secrets.token_hex(6)}",
        "org_id": creator.org_id,
        "name": normal,
        "role": role.value,
        "token_sha256": credentials.sha256(secret),
        "created_by": creator.name,
        "user_id": creator.user_id,
        "created_at": now,
        "expires_at": expires_at,
    }
    person = sa.select(sa.exists().where(users.c.name == normal))
    if (await connection.execute(person)).scalar_one():
        raise NameTakenError(f"a person is called {normal}, and logs would not tell them apart")
    added = insert(api_tokens).values(row).on_conflict_do_nothing().returning(api_tokens)
    stored = (await connection.execute(added)).one_or_none()
    if stored is None:
        raise NameTakenError(f"there is a token {normal} already; revoke it first")
    token = _token(stored)
    await _record(connection, creator, Deed.TOKEN_CREATED, token, now)
    return token, secret


async def find_actor(connection: AsyncConnection, token: str, *, now: datetime) -> Actor | None:
    """Return whose token it is, or None when it opens nothing (any more)."""
    query = (
        sa.select(api_tokens, users.c.role.label("person_role"), users.c.disabled_at)
        .outerjoin(users, users.c.id == api_tokens.c.user_id)
        .where(
            api_tokens.c.token_sha256 == credentials.sha256(token),
            api_tokens.c.revoked_at.is_(None),
            sa.or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > now),
        )
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    role = Role(row.role)
    if row.user_id is not None:
        if row.disabled_at is not None or row.person_role is None:
            return None
        role = role.at_most(Role(row.person_role))
    if row.used_at is None or row.used_at <= now - _USED_EVERY:
        used = sa.update(api_tokens).where(api_tokens.c.id == row.id)
        await connection.execute(used.values(used_at=now))
    return Actor(row.name, role, row.org_id, ActorKind.PROGRAM, row.user_id, row.id, row.created_by)


async def list_all(connection: AsyncConnection, org_id: str) -> list[Token]:
    """Return the tokens of an organization, newest first."""
    query = sa.select(api_tokens).where(api_tokens.c.org_id == org_id)
    rows = await connection.execute(query.order_by(api_tokens.c.created_at.desc(), api_tokens.c.id))
    return [_token(row) for row in rows]


async def revoke(connection: AsyncConnection, by: Actor, token_id: str, *, now: datetime) -> Token:
    """Make a token open nothing from now on; safe to repeat.

    Raises:
        NoSuchTokenError: Not in this organization.
    """
    await organization_log.hold(connection, by.org_id)
    where = (api_tokens.c.org_id == by.org_id, api_tokens.c.id == token_id)
    known = (await connection.execute(sa.select(api_tokens).where(*where))).one_or_none()
    if known is None:
        raise NoSuchTokenError(f"there is no token {token_id}")
    if known.revoked_at is not None:
        return _token(known)
    changed = sa.update(api_tokens).where(*where).values(revoked_at=now).returning(api_tokens)
    token = _token((await connection.execute(changed)).one())
    await _record(connection, by, Deed.TOKEN_REVOKED, token, now)
    return token


def _check_end(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise ExpiredAlreadyError(f"{expires_at.isoformat()} is over")
    if expires_at > now + LIFETIME_MAX:
        raise ExpiresTooLateError(f"{expires_at.isoformat()} is more than ten years ahead")


def _normalize(name: str) -> str:
    normal = normalize(name)
    if not _NAME.fullmatch(normal):
        raise InvalidNameError("a token's name is letters, digits and . _ -")
    return normal


async def _record(
    connection: AsyncConnection, by: Actor, deed: Deed, token: Token, now: datetime
) -> None:
    expires_at = token.expires_at.isoformat() if token.expires_at else None
    payload = {"token_id": token.id, "name": token.name, "role": token.role}
    await organization_log.append(
        connection,
        org_id=by.org_id,
        actor=by.name,
        kind=deed,
        payload={**payload, "expires_at": expires_at, "channel": by.channel},
        now=now,
    )


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    return Token(
        **{field: getattr(row, field) for field in Token.__dataclass_fields__}
        | {"role": Role(row.role)}
    )
