"""How much a caller may send: bodies are read before anyone knows who sends them."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFIX = "/api/"

MAX_BODY_BYTES = 1024 * 1024
"""No route of the API needs as much."""


class BoundedBodies:
    """Refuses a body of the API's as soon as more of it than the limit was read (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        read_bytes = 0

        async def count() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > MAX_BODY_BYTES:
                raise HTTPException(413, f"The body is longer than {MAX_BODY_BYTES} bytes")
            return message

        await self._app(scope, count, send)
