"""What administrators do with people: let them in, give and take roles, shut them out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.accounts import people, sessions
from backend.accounts.people import User
from backend.actors import Actor, Role
from backend.db import organization_log
from backend.db.organization_log import Deed
from sre_agent.domain.errors import PermanentError


class LastAdminError(PermanentError):
    """It would leave the organization without anybody who can let people in."""


class RoleAboveOwnError(PermanentError):
    """Nobody gives a role above their own, or changes who has one."""


@dataclass(frozen=True)
class Change:
    """What shall be of a user from now on."""

    role: Role | None
    is_disabled: bool

    @classmethod
    def none_of(cls, user: User) -> "Change":
        """Return what leaves everything as it is."""
        return cls(user.role, user.disabled_at is not None)


async def register(
    connection: AsyncConnection, *, org_id: str, name: str, password_hash: str, now: datetime
) -> User:
    """Let someone ask to come in; they see nothing until an administrator gives them a role.

    Raises:
        NameTakenError: Somebody is called that.
        InvalidNameError: The name is kept for the administrator of the first start.
    """
    if name.partition("@")[0] == people.FIRST_ADMIN:
        raise people.InvalidNameError(f"{name} is kept for whom the first start makes")
    await organization_log.hold(connection, org_id)
    user = await people.add(
        connection, org_id=org_id, name=name, password_hash=password_hash, role=None, now=now
    )
    await organization_log.append(
        connection,
        org_id=org_id,
        actor=name,
        kind=Deed.USER_REGISTERED,
        payload={"user_id": user.id, "name": name},
        now=now,
    )
    return user


async def add(
    connection: AsyncConnection,
    by: Actor,
    *,
    name: str,
    password_hash: str,
    role: Role | None,
    now: datetime,
) -> User:
    """Let someone in.

    Raises:
        RoleAboveOwnError: The role is above that of who gives it.
        NameTakenError: Somebody is called that.
    """
    _check_reach(by, role)
    await organization_log.hold(connection, by.org_id)
    user = await people.add(
        connection, org_id=by.org_id, name=name, password_hash=password_hash, role=role, now=now
    )
    payload = {"user_id": user.id, "name": name, "role": role}
    await _record(connection, by, Deed.USER_ADDED, payload, now)
    return user


async def lock(connection: AsyncConnection, by: Actor, user_id: str) -> User:
    """Return a user of the actor's organization; nobody of it changes until the transaction ends.

    Raises:
        NoSuchUserError: Not in this organization.
    """
    await organization_log.hold(connection, by.org_id)
    user, _ = await people.lock_secret(connection, by.org_id, user_id)
    return user


async def change(
    connection: AsyncConnection, by: Actor, user: User, wanted: Change, *, now: datetime
) -> User:
    """Give a locked user a role, or take it away, or shut them out.

    Without a role, or shut out, their sessions end; with another role they go on with that.


    Raises:
        RoleAboveOwnError: The role, old or new, is above that of who changes it.
        LastAdminError: Nobody would be left who could undo it.
    """
    _check_reach(by, user.role)
    _check_reach(by, wanted.role)
    if wanted == Change.none_of(user):
        return user
    if _is_admin(user) and (wanted.is_disabled or wanted.role is not Role.ADMIN):
        everyone = await people.list_all(connection, user.org_id)
        if not any(_is_admin(other) for other in everyone if other.id != user.id):
            raise LastAdminError(f"{user.name} is the last administrator")
    disabled_at = (user.disabled_at or now) if wanted.is_disabled else None
    changed = replace(user, role=wanted.role, disabled_at=disabled_at)
    await people.store(connection, changed)
    if wanted.is_disabled or wanted.role is None:
        await sessions.close_all(connection, user.id)
    payload = {
        "user_id": user.id,
        "name": user.name,
        "role": wanted.role,
        "role_before": user.role,
        "disabled": wanted.is_disabled,
    }
    await _record(connection, by, Deed.USER_CHANGED, payload, now)
    return changed


async def reset_password(
    connection: AsyncConnection, by: Actor, user: User, password_hash: str, *, now: datetime
) -> None:
    """Give a locked user another password; whoever is signed in as them is no longer.

    Raises:
        RoleAboveOwnError: The user's role is above that of who does it.
    """
    _check_reach(by, user.role)
    await people.store(connection, user, password_hash=password_hash)
    await sessions.close_all(connection, user.id)
    payload = {"user_id": user.id, "name": user.name}
    await _record(connection, by, Deed.PASSWORD_RESET, payload, now)


def _check_reach(by: Actor, role: Role | None) -> None:
    if role is not None and not by.role.includes(role):
        raise RoleAboveOwnError(f"{by.name} is {by.role}, and {role} is above that")


def _is_admin(user: User) -> bool:
    return user.role is Role.ADMIN and user.disabled_at is None


async def _record(
    connection: AsyncConnection, by: Actor, deed: Deed, payload: Mapping[str, object], now: datetime
) -> None:
    await organization_log.append(
        connection,
        org_id=by.org_id,
        actor=by.name,
        kind=deed,
        payload={**payload, "channel": by.channel},
        now=now,
    )
