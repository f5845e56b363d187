"""Servers of tests: up on a free port, and gone as soon as they are no longer needed."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from anyio.from_thread import start_blocking_portal
from typing_extensions import override


class QuickServer(uvicorn.Server):
    """Leaves the signals to the tests, and looks often whether it is to end."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @override
    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110 - the server has a flag, no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[str]:
    """Serve an application on a free port and yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = QuickServer(uvicorn.Config(app, log_config=None, **options))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextmanager
def beside(opened: Callable[[], AbstractAsyncContextManager[str]]) -> Iterator[str]:
    """Keep a server up in a thread of its own, for tests one after another; yield its address."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(portal.call(opened)) as url,
    ):
        yield url
