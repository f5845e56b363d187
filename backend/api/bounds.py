"""How much a caller may send and for how long: bodies are read before anyone knows who sends them."""

import asyncio
import math
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api import change_webhook, github_webhook, webhook

MAX_BODY_BYTES = 128 * 1024
"""No route needs as much."""

_MAX_BYTES_BEFORE: Mapping[str, int] = {"/api/v1/auth/": 16 * 1024}
"""Where nobody has to be known, less may be sent."""

_BOUND_THEMSELVES = frozenset({webhook.PATH, change_webhook.PATH, github_webhook.PATH})
"""They have limits of their own."""

_CLOSE = {"Connection": "close"}
"""The rest of the body is not waited for."""


class BoundedBodies:
    """Refuses a body as soon as more of it than the limit was read (413), whatever is asked for.

    A packed one is not unpacked but refused (415). One that has not come after `deadline_s` seconds is refused too (408). Only webhooks have limits of
    their own for the length.
    """

    def __init__(self, app: ASGIApp, deadline_s: float = 10.0) -> None:
        self._app = app
        self._deadline_s = deadline_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = math.inf if scope["path"] in _BOUND_THEMSELVES else _most(scope["path"])
        deadline: float | None = asyncio.get_running_loop().time() + self._deadline_s
        packing = Headers(scope=scope).get("content-encoding", "identity").strip().lower()
        read_bytes = 0

        async def count() -> Message:
            nonlocal read_bytes, deadline
            if packing != "identity":
                raise HTTPException(
                    415, "Nothing is unpacked here: send no Content-Encoding", _CLOSE
                )
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                said = f"The body did not come within {self._deadline_s:g} seconds"
                raise HTTPException(408, said, _CLOSE) from None
            read_bytes += len(message.get("body", b""))
            if read_bytes > most:
                raise HTTPException(413, f"The body is longer than {most} bytes", _CLOSE)
            if not message.get("more_body", False):
                deadline = None  # what is received now is that the caller went away
            return message

        await self._app(scope, count, send)


def _most(path: str) -> int:
    fits = (most for start, most in _MAX_BYTES_BEFORE.items() if path.startswith(start))
    return next(fits, MAX_BODY_BYTES)
