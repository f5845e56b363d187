"""A model server beside a command that has a loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from model_acts import Act
from model_dialects import Dialect
from model_server import ModelServer, serving


@contextmanager
def served(dialect: Dialect, *acts: Act) -> Iterator[ModelServer]:
    """Serve in a thread until the block ends."""
    ready, done, servers = threading.Event(), threading.Event(), list[ModelServer]()

    async def serve() -> None:
        async with serving(dialect, *acts) as server:
            servers.append(server)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield servers[0]
    finally:
        done.set()
        thread.join()
