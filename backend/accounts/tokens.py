"""Tokens of programs: scoped by a role, shown once, stored as a hash, revocable."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.accounts import credentials
from backend.actors import Actor, Role
from backend.db.tables.accounts import api_tokens
from sre_agent.domain.errors import PermanentError


class TokenNameTakenError(PermanentError):
    """A token of that name is there already."""


class NoSuchTokenError(PermanentError):
    """The organization has no such token."""


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
        PermanentError: The role is above the creator's own.
        TokenNameTakenError: The name is in use.
    """
    if not creator.role.includes(role):
        raise PermanentError(f"{creator.name} is {creator.role} and cannot give away {role}")
    secret = credentials.new_token()
    row = {
        "id": f"tok-{secrets.token_hex(6)}",
        "org_id": creator.org_id,
        "name": name,
        "role": role.value,
        "token_sha256": credentials.sha256(secret),
        "created_by": creator.name,
        "created_at": now,
        "expires_at": expires_at,
    }
    added = insert(api_tokens).values(row).on_conflict_do_nothing().returning(api_tokens)
    stored = (await connection.execute(added)).one_or_none()
    if stored is None:
        raise TokenNameTakenError(f"there is a token {name} already")
    return _token(stored), secret


async def find_actor(connection: AsyncConnection, token: str, *, now: datetime) -> Actor | None:
    """Return whose token it is, or None when it opens nothing (any more)."""
    row = (
        await connection.execute(
            sa.select(api_tokens).where(api_tokens.c.token_sha256 == credentials.sha256(token))
        )
    ).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    return Actor(name=row.name, role=Role(row.role), org_id=row.org_id)


async def list_all(connection: AsyncConnection, org_id: str) -> list[Token]:
    """Return the tokens of an organization, newest first."""
    query = sa.select(api_tokens).where(api_tokens.c.org_id == org_id)
    rows = await connection.execute(query.order_by(api_tokens.c.created_at.desc()))
    return [_token(row) for row in rows]


async def revoke(
    connection: AsyncConnection, org_id: str, token_id: str, *, now: datetime
) -> Token:
    """Make a token open nothing from now on; safe to repeat.

    Raises:
        NoSuchTokenError: Not in this organization.
    """
    where = (api_tokens.c.org_id == org_id, api_tokens.c.id == token_id)
    values = {"revoked_at": sa.func.coalesce(api_tokens.c.revoked_at, now)}
    changed = sa.update(api_tokens).where(*where).values(values).returning(api_tokens)
    row = (await connection.execute(changed)).one_or_none()
    if row is None:
        raise NoSuchTokenError(f"there is no token {token_id}")
    return _token(row)


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    return Token(
        **{field: getattr(row, field) for field in Token.__dataclass_fields__}
        | {"role": Role(row.role)}
    )
