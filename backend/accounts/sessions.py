"""Sessions of browsers: a cookie that nobody can guess, and a second word against forged requests."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.accounts import credentials
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
    token_sha256: bytes


@dataclass(frozen=True)
class Opened:
    """A new session; `token` is what the cookie holds and is nowhere else."""

    token: str
    session: Session


async def open_session(
    connection: AsyncConnection, actor: Actor, user_id: str, *, now: datetime
) -> Opened:
    """Open a session for a person."""
    token = credentials.new_session()
    digest, csrf_token = credentials.sha256(token), secrets.token_urlsafe(24)
    session = Session(actor, user_id, csrf_token, now + LIFETIME, digest)
    row = {
        "token_sha256": digest,
        "org_id": actor.org_id,
        "user_id": user_id,
        "csrf_token": csrf_token,
        "created_at": now,
        "seen_at": now,
        "expires_at": session.expires_at,
    }
    await connection.execute(sa.insert(sessions).values(row))
    return Opened(token, session)


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
    actor = Actor(row.name, Role(row.role), row.org_id, ActorKind.PERSON, row.user_id)
    return Session(actor, row.user_id, row.csrf_token, row.expires_at, row.token_sha256)


async def close(connection: AsyncConnection, token_sha256: bytes) -> None:
    """End a session; ending one that is over is fine."""
    await connection.execute(sa.delete(sessions).where(sessions.c.token_sha256 == token_sha256))


async def close_all(
    connection: AsyncConnection, user_id: str, *, but: Session | None = None
) -> None:
    """End every session of a user, except one if it is given."""
    query = sa.delete(sessions).where(sessions.c.user_id == user_id)
    if but is not None:
        query = query.where(sessions.c.token_sha256 != but.token_sha256)
    await connection.execute(query)


async def sweep(connection: AsyncConnection, *, now: datetime) -> None:
    """Forget sessions that are over."""
    is_over = sa.or_(sessions.c.expires_at <= now, sessions.c.seen_at <= now - IDLE)
    # Somebody may be closing several: we wait for nobody, and take what is left next time.
    over = sa.select(sessions.c.token_sha256).where(is_over).with_for_update(skip_locked=True)
    await connection.execute(sa.delete(sessions).where(sessions.c.token_sha256.in_(over)))
