"""A web server that says when it is ready, and whose end is decided by whoever runs it."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from typing_extensions import override


class OrderlyServer(uvicorn.Server):
    """A server whose signals are handled by whoever runs it."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        """Take how to serve, and what to call when it does."""
        super().__init__(config)
        self._on_ready = on_ready

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def stop(self) -> None:
        """Ask for the end: answer what is under way, accept no more."""
        self.should_exit = True
