"""The HTTP server of an API, as one task among others of a process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

HOST = "127.0.0.1"
_CLOSE_S = 2
"""How long open requests may take to end when the server stops."""
_KEEP_ALIVE_S = 75


class Server(uvicorn.Server):
    """A server that leaves signals to its process and says when it answers.

    `closing` is set when it stops, for the application to end its streams.
    """

    def __init__(self, app: ASGIApp, closing: asyncio.Event) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_CLOSE_S,
            )
        )
        self.ready = asyncio.Event()
        self._closing = closing

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def stop(self) -> None:
        """End all streams and stop serving."""
        self._closing.set()
        self.should_exit = True


def listening(port: int, host: str = HOST) -> socket.socket:
    """Return a socket bound to a port of a loopback address; 0 takes a free one."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Answers go out in two pieces: waiting to fill a packet would cost each request 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind((host, port))
    return sock


def address(sock: socket.socket) -> str:
    """Return the URL of a listening socket."""
    return f"http://{HOST}:{sock.getsockname()[1]}"
