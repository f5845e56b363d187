"""Passes TCP connections on to backends, in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from typing_extensions import override

CONNECT_TIMEOUT_S = 5.0
MAX_CONNECTIONS = 1024
"""Of one listener; more are closed at once rather than queued."""


class Forwarder:
    """Chooses a backend for every new connection; those that are open keep theirs."""

    def __init__(self, backends: Sequence[tuple[str, int]]) -> None:
        self.backends = backends
        self._turn = 0
        self._connecting: set[asyncio.Task[None]] = set()
        self.open_connections = 0

    def connection(self) -> asyncio.Protocol:
        """Return the protocol of a connection that a client has just opened."""
        return _Front(self)

    def close(self) -> None:
        """Give up the connections that are still being made."""
        for task in self._connecting:
            task.cancel()

    def next_backend(self) -> tuple[str, int] | None:
        """Return the backend whose turn it is, or None when there is none."""
        if not self.backends:
            return None
        self._turn += 1
        return self.backends[self._turn % len(self.backends)]

    def connect_soon(self, front: _Front) -> None:
        """Connect a client to a backend, or hang up on it."""
        task = asyncio.get_running_loop().create_task(self._connect(front))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, front: _Front) -> None:
        backend = self.next_backend()
        if backend is None or self.open_connections > MAX_CONNECTIONS:
            front.hang_up()
            return
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await asyncio.get_running_loop().create_connection(lambda: _Half(front), *backend)
        except (OSError, TimeoutError):
            front.hang_up()
        except asyncio.CancelledError:
            front.hang_up()
            raise


class _Half(asyncio.Protocol):
    """One side of a forwarded connection: what it receives goes to the other side."""

    def __init__(self, other: _Half | None = None) -> None:
        self.other = other
        self.transport: asyncio.Transport | None = None
        self.has_ended = False
        # What came although reading was paused: Python 3.11.2 reads all the same.
        self.early: list[bytes] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        if self.other is None:
            return
        self.other.other = self
        if self.other.transport is None or self.other.transport.is_closing():
            self.transport.abort()  # the client left while we connected
            return
        self.transport.writelines(self.other.early)
        self.other.early.clear()
        if self.other.has_ended:
            self.transport.write_eof()
        else:
            self.other.transport.resume_reading()

    @override
    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.early.append(data)
        elif self.other.transport is not None:
            self.other.transport.write(data)

    @override
    def eof_received(self) -> bool:
        self.has_ended = True
        if self.other is None:
            return True  # it waits for its backend yet
        if self.other.transport is None:
            return False
        self.other.transport.write_eof()
        # The other direction may still have something to say; after both, the connection closes.
        return not self.other.has_ended

    @override
    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        other, self.other = self.other, None
        self.transport = None
        if other is not None and other.transport is not None:
            if exc is not None:
                other.transport.abort()
            else:
                other.transport.close()

    def hang_up(self) -> None:
        """End this side at once."""
        if self.transport is not None:
            self.transport.abort()


class _Front(_Half):
    """The client's side, which comes first and picks the backend."""

    def __init__(self, forwarder: Forwarder) -> None:
        super().__init__()
        self._forwarder = forwarder

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._forwarder.open_connections += 1
        cast(asyncio.Transport, transport).pause_reading()
        self._forwarder.connect_soon(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._forwarder.open_connections -= 1
        super().connection_lost(exc)
