"""People: registering, signing in, their roles."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db.tables.accounts import sessions, users
from sre_agent.domain.errors import PermanentError

_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}(@[a-z0-9.-]{1,190})?")


class InvalidNameError(PermanentError):
    """Nobody can be called that here."""


class NameTakenError(PermanentError):
    """Somebody is called that already."""


class NoSuchUserError(PermanentError):
    """The organization has no such user."""


class LastAdminError(PermanentError):
    """It would leave the organization without anybody who can let people in."""


@dataclass(frozen=True)
class User:
    """Someone with a password; without a role they wait for an administrator."""

    id: str
    org_id: str
    name: str
    role: Role | None
    created_at: datetime
    disabled_at: datetime | None


def normalize(name: str) -> str:
    """Return a name as it is stored.

    Raises:
        InvalidNameError: saying what names are like.
    """
    normal = name.strip().lower()
    if not _NAME.fullmatch(normal):
        raise InvalidNameError(
            "a name is letters, digits and . _ + -, or a mail address; it begins with a letter or digit"
        )
    return normal


async def add(
    connection: AsyncConnection,
    *,
    org_id: str,
    name: str,
    password_hash: str,
    role: Role | None,
    now: datetime,
) -> User:
    """Store a new user under a normalized name.

    Raises:
        NameTakenError: Somebody has it, in whichever organization.
    """
    row = {
        "id": f"usr-{secrets.token_hex(8)}",
        "org_id": org_id,
        "name": name,
        "role": role.value if role else None,
        "password_hash": password_hash,
        "created_at": now,
    }
    added = await connection.execute(
        insert(users).values(row).on_conflict_do_nothing(index_elements=["name"]).returning(users)
    )
    found = added.one_or_none()
    if found is None:
        raise NameTakenError(f"{name} is taken")
    return _user(found)


async def find_secret(connection: AsyncConnection, name: str) -> tuple[User, str] | None:
    """Return a user by normalized name, with the stored hash of their password."""
    row = (await connection.execute(sa.select(users).where(users.c.name == name))).one_or_none()
    return None if row is None else (_user(row), row.password_hash)


async def list_all(connection: AsyncConnection, org_id: str) -> list[User]:
    """Return the users of an organization by name."""
    query = sa.select(users).where(users.c.org_id == org_id).order_by(users.c.name)
    return [_user(row) for row in await connection.execute(query)]


async def has_any(connection: AsyncConnection, org_id: str) -> bool:
    """Return whether the organization has a user at all."""
    query = sa.select(sa.exists().where(users.c.org_id == org_id))
    return bool((await connection.execute(query)).scalar_one())


async def change(
    connection: AsyncConnection,
    *,
    org_id: str,
    user_id: str,
    role: Role | None,
    is_disabled: bool,
    now: datetime,
) -> User:
    """Give a user a role, or take it away, or shut them out; their sessions end when they lose.

    Raises:
        NoSuchUserError: Not in this organization.
        LastAdminError: Nobody would be left who could undo it.
    """
    # All administrators are locked, so that two of them cannot remove each other at once.
    admins = sa.select(users.c.id).where(
        users.c.org_id == org_id, users.c.role == Role.ADMIN.value, users.c.disabled_at.is_(None)
    )
    others = set((await connection.execute(admins.with_for_update())).scalars()) - {user_id}
    where = (users.c.org_id == org_id, users.c.id == user_id)
    known = (await connection.execute(sa.select(users).where(*where))).one_or_none()
    if known is None:
        raise NoSuchUserError(f"there is no user {user_id}")
    if not others and (is_disabled or role is not Role.ADMIN) and known.role == Role.ADMIN.value:
        raise LastAdminError(f"{known.name} is the last administrator")
    values = {
        "role": role.value if role else None,
        "disabled_at": (known.disabled_at or now) if is_disabled else None,
    }
    changed = await connection.execute(
        sa.update(users).where(*where).values(values).returning(users)
    )
    if is_disabled or role is None:
        await connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))
    return _user(changed.one())


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(
        id=row.id,
        org_id=row.org_id,
        name=row.name,
        role=Role(row.role) if row.role else None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
