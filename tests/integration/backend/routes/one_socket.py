"""A WebSocket as the application sees it: opened, listened to, and the code of its close."""

import asyncio

from fastapi import FastAPI
from starlette.types import Message

_WAIT_S = 5.0


async def close_code(app: FastAPI, path: str, headers: dict[str, str], query: bytes = b"") -> int:
    """Return the code with which the server closes, or 0 when it begins to answer instead."""
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
        async with asyncio.timeout(_WAIT_S):
            while True:
                message = await gone.get()
                if message["type"] == "websocket.close":
                    return int(message["code"])
                if message["type"] == "websocket.send":
                    return 0
    finally:
        come.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(asyncio.gather(answering, return_exceptions=True), _WAIT_S)
