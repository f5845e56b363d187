"""A model's server on loopback: it speaks a provider's protocol and does what its script says.

Its HTTP is written out by hand, so that it can break every rule that a real server keeps.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from model_acts import Act, Call, Cut, Drip, Fail, Flood, Raw, Read, Say, Slow, Stop, Vanish
from model_dialects import Dialect


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class ModelServer:
    """What was asked of it so far, and where it is. The last act of the script is played on."""

    dialect: Dialect
    acts: Sequence[Act]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    sent_bytes: int = 0
    stop: Callable[[], None] = lambda: None
    """Ends all connections and listens no more."""

    @property
    def questions(self) -> list[Asked]:
        """Return what models were asked, without mere looks at the server."""
        return [item for item in self.asked if item.method == "POST"]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                if asked.method != "POST":
                    self._look(asked, writer)
                elif not await self._play(self._next(), asked, writer):
                    return
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _next(self) -> Act:
        return self.acts[min(len(self.questions), len(self.acts)) - 1]

    def _look(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        found = self.dialect.look(asked.path)
        status, body = (200, found) if found is not None else (404, b"{}")
        writer.write(_head(status, {"content-type": "application/json"}, len(body)) + body)

    async def _play(self, act: Act, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Do as the script says; False closes the connection."""
        match act:
            case Slow():
                await asyncio.sleep(act.seconds)
                return await self._play(act.then, asked, writer)
            case Read():
                return await self._play(act.answer(asked.body), asked, writer)
            case Vanish() | Cut() | Stop() | Flood():
                await self._break_off(act, asked, writer)
                return False
            case Say() | Call() | Drip():
                await self._say(act, asked, writer)
            case Fail():
                body = json.dumps({"error": {"message": act.message, "type": "error"}}).encode()
                headers = {"content-type": "application/json", **act.headers}
                writer.write(_head(act.status, headers, len(body)) + body)
            case Raw():
                headers = {"content-type": act.content_type, **act.headers}
                writer.write(_head(200, headers, len(act.body)) + act.body)
        return True

    async def _say(
        self, act: Say | Call | Drip, asked: Asked, writer: asyncio.StreamWriter
    ) -> None:
        """Answer in the server's own protocol, in pieces or byte by byte."""
        if not isinstance(act, Drip):
            await _chunked(writer, *self.dialect.written(asked.body, act))
            return
        kind, pieces = self.dialect.written(asked.body, Say(act.text))
        writer.write(_head(200, {"content-type": kind}, None))
        for byte in b"".join(pieces):
            writer.write(_chunk(bytes((byte,))))
            await writer.drain()
            await asyncio.sleep(act.pause_s)
        writer.write(b"0\r\n\r\n")

    async def _break_off(
        self, act: Vanish | Cut | Stop | Flood, asked: Asked, writer: asyncio.StreamWriter
    ) -> None:
        """Begin an answer, or none, and never come to its end."""
        if isinstance(act, Flood):
            await self._flood(act, writer)
        if isinstance(act, Cut | Stop):
            kind, pieces = self.dialect.written(asked.body, Say(act.text))
            whole = b"".join(pieces)
            writer.write(_head(200, {"content-type": kind}, len(whole)))
            writer.write(whole[: len(whole) // 2])
            await writer.drain()
        if isinstance(act, Stop):
            self.stop()

    async def _flood(self, act: Flood, writer: asyncio.StreamWriter) -> None:
        kind, begin, middle = self.dialect.piece()
        writer.write(_head(200, {"content-type": kind}, None) + _chunk(begin))
        while self.sent_bytes < act.most_bytes:
            writer.write(_chunk(middle))
            self.sent_bytes += len(middle)
            await writer.drain()


@asynccontextmanager
async def serving(dialect: Dialect, *acts: Act) -> AsyncIterator[ModelServer]:
    """Serve a script on a free port of loopback, as long as the block lasts."""
    server = ModelServer(dialect, acts)
    busy = set[asyncio.Task[None]]()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await server.answer(reader, writer)
        except asyncio.CancelledError:
            pass  # the server ends
        finally:
            busy.discard(task)

    listening = await asyncio.start_server(one, "127.0.0.1", 0)

    def stop() -> None:
        listening.close()
        for task in busy - {asyncio.current_task()}:
            task.cancel()

    server.stop = stop
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, json.loads(body) if body else {})


async def _chunked(writer: asyncio.StreamWriter, kind: str, pieces: Sequence[bytes]) -> None:
    writer.write(_head(200, {"content-type": kind}, None))
    for piece in pieces:
        writer.write(_chunk(piece))
        await writer.drain()
    writer.write(b"0\r\n\r\n")


def _head(status: int, headers: dict[str, str], length: int | None) -> bytes:
    framing = (
        {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **framing}.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1")


def _chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if piece else b""
