"""A WebSocket as the application sees it: opened, listened to, and the code of its close."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import Message

_WAIT_S = 5.0


@dataclass(frozen=True)
class Line:
    """What the application says over an open WebSocket."""

    said: asyncio.Queue[Message]

    async def hear(self) -> str | int:
        """Return the next text, or the code with which the server closes."""
        async with asyncio.timeout(_WAIT_S):
            while True:
                message = await self.said.get()
                if message["type"] == "websocket.close":
                    return int(message["code"])
                if message["type"] == "websocket.send":
                    return str(message["text"])


@asynccontextmanager
async def opened(
    app: FastAPI, path: str, headers: dict[str, str], query: bytes = b""
) -> AsyncIterator[Line]:
    """Open a WebSocket for as long as the block runs."""
    come: asyncio.Queue[Message] = asyncio.Queue()
    gone: asyncio.Queue[Message] = asyncio.Queue()
    come.put_nowait({"type": "websocket.connect"})
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "headers": [
            (b"host", b"test"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "subprotocols": [],
    }
    answering = asyncio.create_task(app(scope, come.get, gone.put))
    try:
        yield Line(gone)
    finally:
        come.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(asyncio.gather(answering, return_exceptions=True), _WAIT_S)


async def close_code(app: FastAPI, path: str, headers: dict[str, str], query: bytes = b"") -> int:
    """Return the code with which the server closes, or 0 when it begins to answer instead."""
    async with opened(app, path, headers, query) as line:
        heard = await line.hear()
        return heard if isinstance(heard, int) else 0
