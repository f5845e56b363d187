"""Who may open a WebSocket, and whether that still holds while it is open."""

import hashlib
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from backend.actors import Actor, ActorKind, Role
from backend.api import auth
from backend.api.context import ApiContext
from backend.api.live.closing import ClosingError, Code
from backend.api.problems import ProblemError

_REASON_MAX = 120


async def enter(connection: HTTPConnection, context: ApiContext) -> Actor:
    """Return who opens the connection.

    Raises:
        ClosingError: Nobody known, or from a page of another site.
    """
    _check_origin(connection, context.settings.allowed_origins)
    actor = await _identify(connection, context)
    if connection.headers.get("origin") is None and actor.kind is ActorKind.PERSON:
        raise ClosingError(Code.FORBIDDEN, "a session counts only together with an Origin")
    return actor


def _check_origin(connection: HTTPConnection, allowed: tuple[str, ...]) -> None:
    """Refuse pages of other sites: a browser sends our cookie along whoever opens the WebSocket.

    Programs send no origin.
    """
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed:
        return
    host = urlsplit(origin).netloc
    if not host or host != connection.headers.get("host"):
        raise ClosingError(Code.FORBIDDEN, "another origin: name it in ALLOWED_ORIGINS")


async def watch(connection: HTTPConnection, context: ApiContext) -> None:
    """Return never.

    Raises:
        ClosingError: The session or the token of the connection is over.
    """

    async def ask() -> None:
        await _identify(connection, context)

    await context.newsroom.doorkeeper.watch(_credential(connection), ask)


async def _identify(connection: HTTPConnection, context: ApiContext) -> Actor:
    try:
        actor = await auth.identify(connection, context)
        auth.check_role(actor, Role.VIEWER)
    except ProblemError as problem:
        code = Code.NOT_SIGNED_IN if problem.status == 401 else Code.FORBIDDEN
        raise ClosingError(code, str(problem)[:_REASON_MAX]) from problem
    return actor


def _credential(connection: HTTPConnection) -> bytes:
    shown = f"{connection.headers.get('authorization')}\n{connection.headers.get('cookie')}"
    return hashlib.sha256(shown.encode()).digest()
