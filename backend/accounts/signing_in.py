"""Signing in and out, and changing one's own password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.accounts import credentials, limits, people, sessions
from backend.accounts.passwords import Passwords
from backend.accounts.people import User
from backend.accounts.sessions import Opened, Session
from backend.actors import Actor, ActorKind
from backend.db import organization_log
from backend.db.organization_log import Deed
from sre_agent.domain.errors import PermanentError


class WrongPasswordError(PermanentError):
    """Name and password do not belong together; which of them is wrong is not told."""


class PresentPasswordError(PermanentError):
    """Who wants another password has to know the present one."""


class ShutOutError(PermanentError):
    """The password is right, and yet they may not come in; the message says who can change it."""


@dataclass(frozen=True)
class Attempt:
    """Someone at the door: what they say, from where, and the session their browser had before."""

    name: str
    password: str
    address: str
    replaces: str | None = None


async def sign_in(
    engine: AsyncEngine, passwords: Passwords, attempt: Attempt, *, now: datetime
) -> Opened:
    """Open a session for whoever knows their password. The one the browser had before ends.

    Raises:
        TooManyAttemptsError: The address or the name tried too often; the password is not looked at.
        WrongPasswordError: There is no such name, or the password is another.
        ShutOutError: The user is disabled or has no role.
    """
    subjects = limits.by_address(attempt.address), limits.by_name(attempt.name)
    await limits.enter(engine, limits.SIGN_IN, *subjects, now=now)
    known = await _find(engine, attempt.name)
    user, stored = known or (None, None)
    is_right = await passwords.matches(stored, attempt.password)
    if user is None or stored is None:
        raise WrongPasswordError("the name or the password is wrong")
    if not is_right:
        await _refuse(engine, user, attempt, "the password is wrong", now)
        raise WrongPasswordError("the name or the password is wrong")
    try:
        _admit(user)
    except ShutOutError as error:
        await _refuse(engine, user, attempt, str(error), now)
        raise
    renewed = await passwords.renew(stored, attempt.password)
    return await _open(engine, user, attempt, (stored, renewed), now)


async def sign_out(engine: AsyncEngine, session: Session, *, now: datetime) -> None:
    """End a session."""
    actor = session.actor
    async with engine.begin() as connection:
        await organization_log.append(
            connection,
            org_id=actor.org_id,
            actor=actor.name,
            kind=Deed.SIGNED_OUT,
            payload={},
            now=now,
        )
        await sessions.close(connection, session.token_sha256)


async def change_password(
    engine: AsyncEngine,
    passwords: Passwords,
    session: Session,
    *,
    current: str,
    new: str,
    now: datetime,
) -> None:
    """Change one's own password. Everyone else who is signed in as them is no longer.

    Raises:
        TooManyAttemptsError: The present password was tried too often.
        PresentPasswordError: The present password is another.
        WeakPasswordError: The new one is too short, too long, the name, or the present one.
    """
    actor = session.actor
    await limits.enter(engine, limits.SIGN_IN, limits.by_name(actor.name), now=now)
    known = await _find(engine, actor.name)
    user, stored = known or (None, None)
    if not await passwords.matches(stored, current) or user is None:
        raise PresentPasswordError("the present password is wrong")
    password_hash = await passwords.hash(new, name=user.name, present=current)
    async with engine.begin() as connection:
        await organization_log.hold(connection, user.org_id)
        user, locked = await people.lock_secret(connection, user.org_id, user.id)
        if locked != stored:
            raise PresentPasswordError("the password was changed a moment ago")
        await people.store(connection, user, password_hash=password_hash)
        await sessions.close_all(connection, user.id, but=session)
        await organization_log.append(
            connection,
            org_id=user.org_id,
            actor=user.name,
            kind=Deed.PASSWORD_CHANGED,
            payload={"user_id": user.id},
            now=now,
        )


def _admit(user: User) -> Actor:
    if user.disabled_at is not None:
        raise ShutOutError(f"{user.name} is disabled; an administrator can change that")
    if user.role is None:
        raise ShutOutError("an administrator has to give you a role")
    return Actor(user.name, user.role, user.org_id, ActorKind.PERSON, user.id)


async def _find(engine: AsyncEngine, name: str) -> tuple[User, str] | None:
    try:
        normal = people.normalize(name)
    except people.InvalidNameError:
        return None
    async with engine.connect() as connection:
        return await people.find_secret(connection, normal)


async def _refuse(
    engine: AsyncEngine, user: User, attempt: Attempt, reason: str, now: datetime
) -> None:
    async with engine.begin() as connection:
        await organization_log.append(
            connection,
            org_id=user.org_id,
            actor=user.name,
            kind=Deed.SIGN_IN_REFUSED,
            payload={"user_id": user.id, "reason": reason, "address": attempt.address},
            now=now,
        )


async def _open(
    engine: AsyncEngine,
    user: User,
    attempt: Attempt,
    hashes: tuple[str, str | None],
    now: datetime,
) -> Opened:
    stored, renewed = hashes
    async with engine.begin() as connection:
        await organization_log.hold(connection, user.org_id)
        user, locked = await people.lock_secret(connection, user.org_id, user.id)
        if locked != stored:
            # Changed since it was looked at: the password just checked is no longer theirs.
            raise WrongPasswordError("the name or the password is wrong")
        if renewed is not None:
            await people.store(connection, user, password_hash=renewed)
        if attempt.replaces is not None:
            await sessions.close(connection, credentials.sha256(attempt.replaces))
        opened = await sessions.open_session(connection, _admit(user), user.id, now=now)
        await organization_log.append(
            connection,
            org_id=user.org_id,
            actor=user.name,
            kind=Deed.SIGNED_IN,
            payload={"user_id": user.id, "address": attempt.address},
            now=now,
        )
    return opened
