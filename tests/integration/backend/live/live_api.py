"""The API served by its real server on a free port, and a follower of it that keeps what it hears."""

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from quick_server import QuickServer
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio import client
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from backend.api.app import create_app
from backend.api.live.pace import Pace
from backend.bootstrap import serving
from backend.settings.api import ApiSettings
from sre_agent.domain.events import EventDraft, EventKind

TOKEN = secrets.token_hex(16)
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WAIT_S = 5.0


class _QuickWebSocket(serving.EndingWebSocket):
    linger_s = 0.2


@dataclass(frozen=True)
class LiveApi:
    """An API that is up."""

    app: FastAPI
    server: uvicorn.Server
    host: str

    def connect(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        origin: str | None = None,
        **options: Any,
    ) -> client.connect:
        """Open a WebSocket; a program's unless said otherwise."""
        given = dict(BEARER if headers is None else headers)
        if origin is not None:
            given["Origin"] = origin
        return client.connect(
            f"ws://{self.host}{path}",
            additional_headers=given,
            compression=None,
            proxy=None,
            max_size=None,
            **options,
        )

    def connect_narrow(self, path: str) -> client.connect:
        """Open a WebSocket that takes in little before it is read."""
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        narrow.setblocking(False)
        name, _, port = self.host.partition(":")
        with contextlib.suppress(BlockingIOError):
            narrow.connect((name, int(port)))
        return self.connect(path, sock=narrow, max_queue=1)


@asynccontextmanager
async def serve(
    engine: AsyncEngine, database_url: str, pace: Pace | None = None, **settings: Any
) -> AsyncIterator[LiveApi]:
    """Serve the API for as long as the block runs."""
    known = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(secrets.token_hex(16)),
        api_tokens=SecretStr(f"watcher:viewer:{TOKEN}"),
        **settings,
    )
    app = create_app(known, engine, pace=pace)
    config = serving.configure(app, live_max=known.live_connections_max, lifespan="on")
    config.ws = _QuickWebSocket
    server = QuickServer(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(WAIT_S):
                while not server.started:
                    assert not task.done(), "the server did not start"
                    await asyncio.sleep(0.01)
            yield LiveApi(app, server, f"127.0.0.1:{listening.getsockname()[1]}")
        finally:
            server.should_exit = True
            await task


async def hear(line: ClientConnection, *kinds: str) -> dict[str, Any]:
    """Return the next frame, of one of these kinds if any are given."""
    async with asyncio.timeout(WAIT_S):
        while True:
            frame: dict[str, Any] = json.loads(await line.recv())
            if not kinds or frame["type"] in kinds:
                return frame


async def hear_end(line: ClientConnection) -> tuple[int, list[dict[str, Any]]]:
    """Return the code with which the other side closed, and the frames it sent before."""
    frames = []
    async with asyncio.timeout(2 * WAIT_S):
        with contextlib.suppress(ConnectionClosed):
            while True:
                frames.append(json.loads(await line.recv()))
    return line.close_code or 0, frames


async def hear_log(line: ClientConnection, until: int) -> list[int]:
    """Return the numbers of the events that come, up to one."""
    numbers: list[int] = []
    while not numbers or numbers[-1] < until:
        frame = await hear(line, "events")
        numbers += [event["seq"] for event in frame["events"]]
        assert frame["last_seq"] == numbers[-1]
    return numbers


def comment(text: str, **more: Any) -> EventDraft:
    """Return an event to append."""
    return EventDraft(
        actor="tester",
        kind=EventKind.COMMENTED,
        payload={"text": text, **more},
        step_key=secrets.token_hex(8),
    )
