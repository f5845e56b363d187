"""How much a caller may send: bodies are read before anyone knows who sends them."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api import webhook

MAX_BODY_BYTES = 128 * 1024
"""No route needs as much."""

_MAX_BYTES_BEFORE: Mapping[str, int] = {"/api/v1/auth/": 16 * 1024}
"""Where nobody has to be known, less may be sent."""


class BoundedBodies:
    """Refuses a body as soon as more of it than the limit was read (413), whatever is asked for.

    Only the webhook, which asks who sends before it reads, has a limit of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or scope["path"] == webhook.PATH:
            await self._app(scope, receive, send)
            return
        most = _most(scope["path"])
        read_bytes = 0

        async def count() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > most:
                raise HTTPException(413, f"The body is longer than {most} bytes")
            return message

        await self._app(scope, count, send)


def _most(path: str) -> int:
    fits = (most for start, most in _MAX_BYTES_BEFORE.items() if path.startswith(start))
    return next(fits, MAX_BODY_BYTES)
