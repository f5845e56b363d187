"""Who is asking: a program by its bearer token, a person by the cookie of their session."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection

from backend.accounts import credentials, sessions, tokens
from backend.accounts.sessions import Session
from backend.actors import Actor, ActorKind, Role
from backend.api.context import ApiContext, Context
from backend.api.problems import ProblemError
from backend.settings.api import ApiToken

SESSION_COOKIE = "sre_session"
"""The cookie that holds a browser's session."""

CSRF_HEADER = "X-CSRF-Token"
"""The header in which a browser repeats the word that no other site can read."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Identity:
    """Who asks; people have a session."""

    actor: Actor
    session: Session | None = None


async def identify(
    connection: HTTPConnection, context: ApiContext, database: AsyncConnection | None = None
) -> Actor:
    """Return who asks, by a request or a WebSocket alike; it is looked up anew each time.

    Whoever holds a connection open for long calls it again with the same connection: it fails once
    the session or the token is over. So does whoever waited for a lock: with `database` it is
    looked up in the transaction that has the lock.

    Raises:
        ProblemError: Nobody that is known (401), or a session's request that changes something
            without the session's CSRF token (403).
    """
    return (await recognize(connection, context, database)).actor


async def recognize(
    connection: HTTPConnection, context: ApiContext, database: AsyncConnection | None = None
) -> Identity:
    """Return who asks together with their session.

    A bearer token goes before a cookie: one that is wrong is refused, whatever stands beside it.

    Raises:
        ProblemError: As for `identify`.
    """
    token = _find_bearer(connection)
    if token is not None:
        return Identity(await _program(token, context, database))
    cookie = connection.cookies.get(SESSION_COOKIE)
    if not cookie:
        hint = "Sign in, or send `Authorization: Bearer <token>`."
        raise ProblemError(401, "Who are you?", hint)
    async with _within(context, database) as transaction:
        session = await sessions.find(transaction, cookie, now=context.clock.now())
    if session is None:
        raise ProblemError(401, "The session is over", "Sign in again.")
    _check_csrf(connection, session)
    return Identity(session.actor, session)


def bearer_of(connection: HTTPConnection) -> str:
    """Return the token of the request.

    Raises:
        ProblemError: There is none (401).
    """
    token = _find_bearer(connection)
    if not token:
        raise ProblemError(401, "Who are you?", "Send `Authorization: Bearer <token>`.")
    return token


def check_secret(connection: HTTPConnection, secret: SecretStr, *, hint: str) -> None:
    """Refuse a request whose token is not the secret.

    Raises:
        ProblemError: It is missing or wrong (401).
    """
    token = bearer_of(connection)
    if not hmac.compare_digest(token.encode(), secret.get_secret_value().encode()):
        raise ProblemError(401, "This token opens nothing here", hint)


def find_actor(token: str, known: tuple[ApiToken, ...]) -> Actor | None:
    """Return whose token it is; every known token is compared, in constant time."""
    digest = hashlib.sha256(token.encode()).digest()
    found = [item.actor for item in known if hmac.compare_digest(item.token_sha256, digest)]
    return found[0] if found else None


def check_role(actor: Actor, role: Role) -> None:
    """Refuse who may do less than the role.

    Raises:
        ProblemError: They may (403).
    """
    if actor.role.includes(role):
        return
    hint = f"Use a token with the role {role} or above."
    if actor.kind is ActorKind.PERSON:
        hint = f"It takes the role {role} or above; an administrator can give it to you."
    detail = f"{actor.name} is {actor.role}"
    raise ProblemError(403, "Your role does not allow this", hint, detail=detail)


class Requires:
    """A dependency that yields the actor, or refuses who may do less than the role."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, connection: HTTPConnection, context: Context) -> Actor:
        """Return the actor."""
        actor = await identify(connection, context)
        check_role(actor, self.role)
        return actor


def _find_bearer(connection: HTTPConnection) -> str | None:
    """Return the bearer token, empty ones too; None when the request brings no such header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


@asynccontextmanager
async def _within(
    context: ApiContext, database: AsyncConnection | None
) -> AsyncIterator[AsyncConnection]:
    if database is not None:
        yield database
        return
    async with context.engine.begin() as own:
        yield own


async def _program(token: str, context: ApiContext, database: AsyncConnection | None) -> Actor:
    actor = None
    # Only what could be one of the database's tokens is looked for there.
    if token.startswith(credentials.TOKEN_PREFIX):
        async with _within(context, database) as transaction:
            actor = await tokens.find_actor(transaction, token, now=context.clock.now())
    actor = actor or find_actor(token, context.settings.actors)
    if actor is None:
        hint = "It may be revoked or expired; an administrator can make a new one."
        raise ProblemError(401, "This token opens nothing here", hint)
    return actor


def _check_csrf(connection: HTTPConnection, session: Session) -> None:
    """Refuse what another site could have made a browser send."""
    if connection.scope["type"] != "http" or connection.scope["method"] in _SAFE_METHODS:
        return
    sent = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
        hint = f"Send the csrf_token of GET /api/v1/auth/me in the header {CSRF_HEADER}."
        raise ProblemError(403, "The request does not carry your session's CSRF token", hint)


async def know(connection: HTTPConnection, context: Context) -> Identity:
    """Return who asks, whatever their role."""
    return await recognize(connection, context)


Known = Annotated[Identity, Depends(know)]
Viewer = Annotated[Actor, Depends(Requires(Role.VIEWER))]
Responder = Annotated[Actor, Depends(Requires(Role.RESPONDER))]
Approver = Annotated[Actor, Depends(Requires(Role.APPROVER))]
Admin = Annotated[Actor, Depends(Requires(Role.ADMIN))]
