"""The skin of a server: its tools behind its door, and its health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from mcp_servers.common.door import Door
from mcp_servers.common.envelope import ToolFailureError
from mcp_servers.common.session import Session
from mcp_servers.common.toolset import Tool

VERSION = "0.1.0"

READY_TIMEOUT_S = 3.0
"""How long the upstream may take to give a sign of life."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server before it is served.

    `ready` asks the upstream for a sign of life and raises a tool failure without one; `close`
    lets go of connections. Without a write token no writing tool exists at all.
    """

    name: str
    tools: tuple[Tool, ...]
    read_token: str
    write_token: str | None
    ready: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]


def build_app(program: Program, *, host: str) -> Starlette:
    """Return the ASGI application of a server that listens on `host`."""
    rooms: dict[str, ASGIApp] = {}
    sessions: list[Session] = []
    for token, writes in ((program.read_token, False), (program.write_token, True)):
        if token is None:
            continue
        tools = tuple(tool for tool in program.tools if tool.writes is writes)
        session = Session(f"sre-agent-{program.name}", VERSION, tools)
        session.streamable_http_app(stateless_http=True, json_response=True, host=host)
        sessions.append(session)
        rooms[token] = StreamableHTTPASGIApp(session.session_manager)
    door = Door(rooms)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(program.close)
            for session in sessions:
                await stack.enter_async_context(session.session_manager.run())
            yield

    return Starlette(
        routes=[
            Route("/mcp", endpoint=door),
            Route("/health", endpoint=_health),
            Route("/ready", endpoint=_readiness(program, door)),
        ],
        lifespan=lifespan,
    )


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "alive"})


def _readiness(program: Program, door: Door) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def ready(request: Request) -> JSONResponse:
        """Tell whether the upstream answers; why it does not is told to token holders only."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                await program.ready()
        except (ToolFailureError, TimeoutError) as failure:
            body = {"status": "not_ready"}
            if door.room_of(request.headers) is not None:
                body["reason"] = str(failure) or f"no answer within {READY_TIMEOUT_S:g} s"
            return JSONResponse(body, status_code=503)
        return JSONResponse({"status": "ready"})

    return ready
