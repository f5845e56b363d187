"""Sessions of browsers: a cookie that nobody can guess, and a second word against forged requests."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.accounts import credentials
from backend.accounts.people import User
from backend.actors import Actor, ActorKind, Role
from backend.db.tables.accounts import sessions, users

LIFETIME = timedelta(days=7)
"""After so long everybody signs in again."""

IDLE = timedelta(hours=12)
"""Who was silent for so long signs in again."""

_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Session:
    """Someone who signed in, and the word that their requests have to carry."""

    actor: Actor
    user_id: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """A new session; `token` is what the cookie holds and is nowhere else."""

    token: str
    csrf_token: str
    expires_at: datetime


async def open_session(connection: AsyncConnection, user: User, *, now: datetime) -> Opened:
    """Open a session."""
    opened = Opened(credentials.new_session(), secrets.token_urlsafe(24), now + LIFETIME)
    row = {
        "token_sha256": credentials.sha256(opened.token),
        "org_id": user.org_id,
        "user_id": user.id,
        "csrf_token": opened.csrf_token,
        "created_at": now,
        "seen_at": now,
        "expires_at": opened.expires_at,
    }
    await connection.execute(sa.insert(sessions).values(row))
    return opened


async def find(connection: AsyncConnection, token: str, *, now: datetime) -> Session | None:
    """Return the session of a cookie, or None when it is over or whose it was may no longer come in."""
    query = (
        sa.select(sessions, users.c.name, users.c.role)
        .join(users, users.c.id == sessions.c.user_id)
        .where(
            sessions.c.token_sha256 == credentials.sha256(token),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - IDLE,
            users.c.disabled_at.is_(None),
            users.c.role.is_not(None),
        )
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.seen_at < now - _SEEN_EVERY:
        seen = sa.update(sessions).where(sessions.c.token_sha256 == row.token_sha256)
        await connection.execute(seen.values(seen_at=now))
    actor = Actor(row.name, Role(row.role), row.org_id, ActorKind.PERSON)
    return Session(actor, row.user_id, row.csrf_token, row.expires_at)


async def close(connection: AsyncConnection, token: str) -> None:
    """End a session; ending one that is over is fine."""
    digest = credentials.sha256(token)
    await connection.execute(sa.delete(sessions).where(sessions.c.token_sha256 == digest))


async def sweep(connection: AsyncConnection, *, now: datetime) -> None:
    """Forget sessions that are over."""
    over = sa.or_(sessions.c.expires_at <= now, sessions.c.seen_at <= now - IDLE)
    await connection.execute(sa.delete(sessions).where(over))
