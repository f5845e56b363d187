"""The administrator whom the machine itself lets in: at the first start, and when nobody can come in."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.accounts import passwords, people, sessions
from backend.accounts.passwords import Passwords
from backend.accounts.people import User
from backend.actors import Role
from backend.db import organization_log, tenancy
from backend.db.organization_log import Deed

_MACHINE = "platform"
"""Who did it, in the log: whoever could run the command on the machine."""


@dataclass(frozen=True)
class Shown:
    """A name and its new password, which is stored nowhere and shown once."""

    name: str
    password: str


async def ensure(
    engine: AsyncEngine, hasher: Passwords, *, org_id: str, now: datetime
) -> Shown | None:
    """Make an administrator with a random password where there never was one; None where there was.

    Raises:
        NameTakenError: Other organizations have every name that it would be given.
    """
    async with engine.begin() as connection:
        await tenancy.register_organization(connection, org_id=org_id, now=now)
        if await _has_admin(connection, org_id):
            return None
    password = passwords.invent()
    password_hash = await hasher.hash(password, name=people.FIRST_ADMIN)
    async with engine.begin() as connection:
        await organization_log.hold(connection, org_id)
        if await _has_admin(connection, org_id):
            return None
        user = await people.add(
            connection,
            org_id=org_id,
            name=await _free_name(connection, org_id),
            password_hash=password_hash,
            role=Role.ADMIN,
            now=now,
        )
        await _record(connection, user, Deed.USER_ADDED, "the first start", now)
    return Shown(user.name, password)


async def rescue(
    engine: AsyncEngine, hasher: Passwords, *, org_id: str, name: str, now: datetime
) -> Shown:
    """Make someone an administrator who can sign in, with a random password, whatever was before.

    Raises:
        InvalidNameError: Nobody can be called that.
        NameTakenError: Somebody of another organization is called that.
    """
    normal = people.normalize(name)
    password = passwords.invent()
    password_hash = await hasher.hash(password, name=normal)
    async with engine.begin() as connection:
        await tenancy.register_organization(connection, org_id=org_id, now=now)
        await organization_log.hold(connection, org_id)
        known = await people.find_secret(connection, normal)
        if known is None or known[0].org_id != org_id:
            user = await people.add(
                connection,
                org_id=org_id,
                name=normal,
                password_hash=password_hash,
                role=Role.ADMIN,
                now=now,
            )
            await _record(connection, user, Deed.USER_ADDED, "rescue", now)
            return Shown(normal, password)
        user, _ = await people.lock_secret(connection, org_id, known[0].id)
        user = replace(user, role=Role.ADMIN, disabled_at=None)
        await people.store(connection, user, password_hash=password_hash)
        await sessions.close_all(connection, user.id)
        await _record(connection, user, Deed.PASSWORD_RESET, "rescue", now)
    return Shown(normal, password)


async def _has_admin(connection: AsyncConnection, org_id: str) -> bool:
    return any(user.role is Role.ADMIN for user in await people.list_all(connection, org_id))


async def _free_name(connection: AsyncConnection, org_id: str) -> str:
    """Return `admin`, or `admin@organization` where another organization has that."""
    if await people.find_secret(connection, people.FIRST_ADMIN) is None:
        return people.FIRST_ADMIN
    return f"{people.FIRST_ADMIN}@{re.sub(r'[^a-z0-9.-]', '-', org_id.lower())}"


async def _record(
    connection: AsyncConnection, user: User, deed: Deed, reason: str, now: datetime
) -> None:
    role = user.role.value if user.role else None
    payload = {"user_id": user.id, "name": user.name, "role": role, "reason": reason}
    await organization_log.append(
        connection,
        org_id=user.org_id,
        actor=_MACHINE,
        kind=deed,
        payload={**payload, "channel": "machine"},
        now=now,
    )
