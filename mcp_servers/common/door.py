"""The door of a server: which session, if any, a bearer token opens."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

UNAUTHENTICATED = -32010
"""The JSON-RPC code of a call without a valid token."""


@dataclass(frozen=True, slots=True)
class Door:
    """Leads a request to the session its token opens, or answers 401."""

    rooms: Mapping[str, ASGIApp]
    """Each token and the session it opens."""

    def room_of(self, headers: Headers) -> ASGIApp | None:
        """Return what the request's token opens; every token is compared, in constant time."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        opened = None
        for token, room in self.rooms.items():
            if hmac.compare_digest(token.encode(), given.strip().encode()):
                opened = room
        return opened if scheme.lower() == "bearer" else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        room = self.room_of(Headers(scope=scope))
        if room is None:
            await _refusal()(scope, receive, send)
        else:
            await room(scope, receive, send)


def _refusal() -> JSONResponse:
    error = {"code": UNAUTHENTICATED, "message": "a valid bearer token is required"}
    return JSONResponse(
        {"jsonrpc": "2.0", "id": None, "error": error},
        status_code=401,
        headers={"WWW-Authenticate": "Bearer"},
    )
