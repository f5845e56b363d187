"""Connections that say nothing, or nothing whole: they end, and those of others do not."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from typing_extensions import override

from backend.api.bounds import BoundedBodies
from backend.bootstrap import serving

WAIT_S = 10.0
SLOW_S = 0.6


class _Server(uvicorn.Server):
    """Leaves the signals to the tests."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Impatient(serving.PunctualHttp):
    headers_s = 0.4


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = FastAPI()
    app.add_middleware(BoundedBodies, deadline_s=0.4)

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/slow")
    async def slow(request: Request) -> bool:
        await asyncio.sleep(SLOW_S)
        return await request.is_disconnected()

    config = serving.configure(app, live_max=1)
    assert config.http is serving.PunctualHttp
    config.http = _Impatient
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(WAIT_S):
            while not server.started:  # noqa: ASYNC110 - the server has a flag, no event
                await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


async def talk(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """Send the parts, and return what comes until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    listening = asyncio.create_task(_listen(reader))
    for part in parts:
        if not listening.done():
            writer.write(part)
            await asyncio.sleep(pause_s)
    async with asyncio.timeout(WAIT_S):
        heard = await listening
    writer.close()
    return heard


async def _listen(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    with contextlib.suppress(ConnectionError):
        while more := await reader.read(4096):
            heard += more
    return heard


POST = b"POST /length HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"
LAST = b"GET /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "parts", [(), (b"GET /slow HTTP/1.1\r\nHo",), (b"\r\n",) * 9, tuple(b"GET /" for _ in range(9))]
)
async def test_who_does_not_say_what_they_want_is_not_listened_to(
    parts: tuple[bytes, ...], port: int
) -> None:
    heard = await talk(port, *parts, pause_s=0.1)

    assert b" 200 " not in heard


async def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    heard = await talk(port, POST, *(b"x" for _ in range(8)), pause_s=0.1)

    assert heard.startswith(b"HTTP/1.1 408 ")


async def test_half_a_request_after_a_whole_one_is_not_waited_for(port: int) -> None:
    heard = await talk(port, POST + b"123456789", *(b"\r\n" for _ in range(12)), pause_s=0.1)

    assert heard.count(b" 200 ") == 1


async def test_an_answer_may_take_longer_than_a_question(port: int) -> None:
    heard = await talk(port, SLOW, LAST)

    assert heard.count(b" 200 ") == 2
    assert heard.count(b"false") == 2


def test_there_is_room_for_requests_beside_those_who_follow_live() -> None:
    config = serving.configure(FastAPI(), live_max=70)

    assert config.limit_concurrency is not None
    assert config.limit_concurrency > 70
