"""People as they are stored: names, roles, passwords."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.actors import Role
from backend.db.tables.accounts import api_tokens, users
from sre_agent.domain.errors import PermanentError

FIRST_ADMIN = "admin"
"""What the administrator is called whom the first start makes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}(@[a-z0-9.-]{1,190})?")

_OWN_ACTORS = frozenset(
    {"clock", "intake", "notifier", "platform", "queue", "signer", "sre-agent", "system", "worker"}
    | {"executor", "planner", "policy", "reflector", "reporter", "supervisor", "verifier"}
    | {"kubernetes", "metrics", "logs", "runbooks", "traces", "github"}
)
"""Under these names the platform itself acts in its logs: nobody else is called so."""


class InvalidNameError(PermanentError):
    """Nobody can be called that here."""


class NameTakenError(PermanentError):
    """Somebody is called that already."""


class NoSuchUserError(PermanentError):
    """The organization has no such user."""


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
    if normal in _OWN_ACTORS:
        raise InvalidNameError(f"{normal} is what the platform itself is called in its logs")
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
        NameTakenError: Somebody has it, in whichever organization, or a token of this one.
    """
    token = sa.exists().where(
        api_tokens.c.org_id == org_id, api_tokens.c.name == name, api_tokens.c.revoked_at.is_(None)
    )
    if (await connection.execute(sa.select(token))).scalar_one():
        raise NameTakenError(f"a token is called {name}, and logs would not tell them apart")
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


async def lock_secret(connection: AsyncConnection, org_id: str, user_id: str) -> tuple[User, str]:
    """Return a user with the stored hash; neither changes until the transaction ends.

    Raises:
        NoSuchUserError: Not in this organization.
    """
    query = sa.select(users).where(users.c.org_id == org_id, users.c.id == user_id)
    row = (await connection.execute(query.with_for_update())).one_or_none()
    if row is None:
        raise NoSuchUserError(f"there is no user {user_id}")
    return _user(row), row.password_hash


async def list_all(connection: AsyncConnection, org_id: str) -> list[User]:
    """Return the users of an organization by name."""
    query = sa.select(users).where(users.c.org_id == org_id).order_by(users.c.name)
    return [_user(row) for row in await connection.execute(query)]


async def store(
    connection: AsyncConnection, user: User, *, password_hash: str | None = None
) -> None:
    """Store what may change of a user: the role, whether they are shut out, the password."""
    values = {"role": user.role.value if user.role else None, "disabled_at": user.disabled_at}
    if password_hash is not None:
        values["password_hash"] = password_hash
    await connection.execute(sa.update(users).where(users.c.id == user.id).values(values))


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(
        id=row.id,
        org_id=row.org_id,
        name=row.name,
        role=Role(row.role) if row.role else None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
