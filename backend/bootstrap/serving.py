"""How the API is served: limits of connections, and connections that really end."""

import asyncio
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_MESSAGE_BYTES_MAX = 4096
"""Nothing is expected of clients; who sends more at once is closed with 1009."""

_CONNECTIONS_BESIDE_LIVE = 1000
"""Requests are short: as many at once come from nobody who means well."""

_PING_S = 20.0
_SHUTDOWN_S = 7


class PunctualHttp(HttpToolsProtocol):
    """HTTP for those who say soon what they want; a connection costs whoever opens it nothing.

    The server by itself only ends those that are silent after a request, and each byte begins that
    time anew.
    """

    headers_s = 10.0
    linger_s = 5.0
    _overdue: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect a request."""
        super().connection_made(transport)  # type: ignore[arg-type]  # as the server gives it
        self._expect()

    @override
    def on_headers_complete(self) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().on_headers_complete()

    @override
    def on_response_complete(self) -> None:
        """Expect the next request, unless one waits already."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._expect()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._wait_no_longer()
        self._overdue = self.loop.call_later(self.headers_s, self._hang_up)

    def _wait_no_longer(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _hang_up(self) -> None:
        self.transport.close()
        # Closing first waits until all is sent, which may never be.
        self._overdue = self.loop.call_later(self.linger_s, self.transport.abort)


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


def serve(app: FastAPI, *, live_max: int, **where: Any) -> None:
    """Serve until terminated; exit with 3 when it cannot be started, the reason is logged then."""
    server = uvicorn.Server(configure(app, live_max=live_max, **where))
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def configure(app: FastAPI, *, live_max: int, **where: Any) -> uvicorn.Config:
    """Return how to serve the application; `where` is host and port, or uds.

    Beside `live_max` WebSockets there is room for requests; beyond that they are answered with 503.

    WebSockets are not compressed: it would cost each connection its own memory and each event a
    compression for every follower.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # Whose forwarded headers are believed is for our own settings to say.
        proxy_headers=False,
        limit_concurrency=live_max + _CONNECTIONS_BESIDE_LIVE,
        http=PunctualHttp,
        ws=EndingWebSocket,
        ws_max_size=_MESSAGE_BYTES_MAX,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        **where,
    )
