"""When answers of a probe become a verdict, and what a bad answer is called."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from infrastructure.lab.node.probes import Target, ask, port_number
from infrastructure.lab.node.probing import Counter
from infrastructure.lab.node.processes import Command

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def verdicts(answers: str, *, success: int, failure: int) -> str:
    counter = Counter(success, failure)
    shown = {True: "T", False: "F", None: "."}
    return "".join(shown[counter.add(is_ok=answer == "+")] for answer in answers)


@pytest.mark.parametrize(
    ("answers", "success", "failure", "expected"),
    [
        ("+", 1, 3, "T"),
        ("---", 1, 3, "..F"),
        ("--+---", 1, 3, "..T..F"),
        ("++-+++", 3, 1, "..F..T"),
    ],
)
def test_only_a_streak_is_a_verdict(
    answers: str, success: int, failure: int, expected: str
) -> None:
    assert verdicts(answers, success=success, failure=failure) == expected


def test_a_port_is_a_number_or_the_name_of_one() -> None:
    container = {"ports": [{"name": "http", "containerPort": 8080}]}

    assert port_number(80, container) == 80
    assert port_number("80", container) == 80
    assert port_number("http", container) == 8080
    with pytest.raises(LookupError):
        port_number("grpc", container)


def target() -> Target:
    class NoShim:
        """No exec probe is asked here."""

    command = Command(["true"], {}, Path("/"))
    return Target({}, "127.0.0.1", command, NoShim())  # type: ignore[arg-type] # never used


async def http_answer(handler: Handler, **probe: Any) -> tuple[bool, str, int]:
    is_served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await handler(reader, writer)
        writer.transport.abort()
        is_served.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, asyncio.timeout(5):
        get = {"httpGet": {"path": "/healthz", "port": port}}
        answer = await ask(get | {"timeoutSeconds": 0.3} | probe, target())
        await is_served.wait()
    return answer.is_ok, answer.message, port


@pytest.mark.parametrize(
    ("status", "is_ok"), [(200, True), (302, True), (404, False), (503, False)]
)
async def test_a_status_below_400_is_good(status: int, is_ok: bool) -> None:
    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %d X\r\n\r\n" % status)
        await writer.drain()

    told = await http_answer(handler)

    message = "" if is_ok else f"HTTP probe failed with statuscode: {status}"
    assert told[:2] == (is_ok, message)


async def test_silence_is_a_timeout() -> None:
    async def handler(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionResetError):
            await reader.read()  # until the probe has hung up

    is_ok, message, port = await http_answer(handler)

    assert not is_ok
    assert message == (
        f'Get "http://127.0.0.1:{port}/healthz": context deadline exceeded '
        "(Client.Timeout exceeded while awaiting headers)"
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [(b"", 'Get "http://127.0.0.1:{port}/healthz": EOF'), (b"SSH\n", "malformed HTTP response")],
)
async def test_what_is_not_http_is_bad(answer: bytes, message: str) -> None:
    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    is_ok, told, port = await http_answer(handler)

    assert not is_ok
    assert told == message.format(port=port)
