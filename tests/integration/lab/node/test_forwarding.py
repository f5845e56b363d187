"""The service proxy's connections: whole, in both directions, and ended when one side ends."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from node_cluster import free_port, until

from infrastructure.lab.node.forwarding import Forwarder

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BIG = bytes(range(256)) * 40_000


@contextlib.asynccontextmanager
async def forwarded(forwarder: Forwarder) -> AsyncIterator[Streams]:
    """A connection through a forwarder."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(forwarder.connection, "127.0.0.1", 0)
    async with server, asyncio.timeout(10):
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            await until(lambda: forwarder.open_connections == 0)
            forwarder.close()
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def backend(handler: Handler) -> AsyncIterator[Forwarder]:
    """A server behind a forwarder; it hangs up when the handler returns."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await handler(reader, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Forwarder([server.sockets[0].getsockname()])


async def test_much_data_arrives_whole_and_half_closed_connections_still_answer() -> None:
    async def echo_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())

    async with backend(echo_all) as forwarder, forwarded(forwarder) as (reader, writer):
        writer.write(BIG)
        writer.write_eof()
        answer = await reader.read()

    assert answer == BIG


class ReadsAnyway:
    """A transport as Python 3.11.2 has them: pausing it before it has read is forgotten."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def test_what_a_client_says_before_its_backend_is_connected_is_not_lost() -> None:
    async def echo_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())

    def eager(forwarder: Forwarder) -> asyncio.Protocol:
        front = forwarder.connection()
        made = front.connection_made
        front.connection_made = lambda transport: made(ReadsAnyway(transport))  # type: ignore[method-assign, arg-type]
        return front

    async with backend(echo_all) as forwarder, asyncio.timeout(10):
        server = await asyncio.get_running_loop().create_server(
            lambda: eager(forwarder), "127.0.0.1", 0
        )
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"early")
            writer.write_eof()
            answer = await reader.read()
            writer.close()

    assert answer == b"early"


async def test_a_slow_reader_holds_the_sender_back() -> None:
    sent = 0

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while sent < 500:
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 1

    async with backend(flood) as forwarder, forwarded(forwarder) as (reader, _):
        await reader.read(1)
        await asyncio.sleep(0.3)

        assert sent < 250


async def test_the_end_of_the_backend_ends_the_client() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")

    async with backend(hang_up) as forwarder, forwarded(forwarder) as (reader, _):
        assert await reader.read() == b"bye"


async def test_a_dead_backend_closes_the_connection_at_once() -> None:
    forwarder = Forwarder([("127.0.0.1", free_port())])

    async with forwarded(forwarder) as (reader, _):
        began = asyncio.get_running_loop().time()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""

        assert asyncio.get_running_loop().time() - began < 1


@pytest.mark.parametrize("count", [2, 3])
async def test_backends_take_turns(count: int) -> None:
    forwarder = Forwarder([("127.0.0.1", port) for port in range(count)])

    chosen = [forwarder.next_backend() for _ in range(2 * count)]

    assert chosen[:count] == chosen[count:]
    assert len(set(chosen)) == count
