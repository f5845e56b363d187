"""How the API is served: limits of WebSockets, and connections that really end."""

import asyncio
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_MESSAGE_BYTES_MAX = 4096
"""Nothing is expected of clients; who sends more at once is closed with 1009."""

_PING_S = 20.0
_SHUTDOWN_S = 7


class EndingWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that is over soon after its handler is.

    A closing transport first waits until all is sent. With a peer that is there but does not read,
    that is for ever.
    """

    linger_s = 5.0

    @override
    async def run_asgi(self) -> None:
        """Run the handler, then let the connection go."""
        await super().run_asgi()
        asyncio.get_running_loop().call_later(self.linger_s, self.transport.abort)


def serve(app: FastAPI, **where: Any) -> None:
    """Serve until terminated; exit with 3 when it cannot be started, the reason is logged then."""
    server = uvicorn.Server(configure(app, **where))
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def configure(app: FastAPI, **where: Any) -> uvicorn.Config:
    """Return how to serve the application; `where` is host and port, or uds.

    WebSockets are not compressed: it would cost each connection its own memory and each event a
    compression for every follower.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # Whose forwarded headers are believed is for our own settings to say.
        proxy_headers=False,
        ws=EndingWebSocket,
        ws_max_size=_MESSAGE_BYTES_MAX,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        **where,
    )
