"""Serves the node's metrics over HTTP: containers as cAdvisor does, objects as kube-state-metrics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from infrastructure.lab.cluster import serving
from infrastructure.lab.node import cadvisor, state_metrics
from infrastructure.lab.node.exposition import CONTENT_TYPE, rendered
from infrastructure.lab.node.parts import NodeParts

IDLE_S = 120.0
"""A connection that asks nothing for this long is closed."""
MAX_REQUEST_BYTES = 16 * 1024


class Exporter:
    """Answers GET /metrics/cadvisor, /metrics/probes, /metrics/state and /healthz."""

    def __init__(self, node: NodeParts) -> None:
        self._config = node.config
        self._pages: dict[str, Callable[[], str]] = {
            "/metrics/cadvisor": lambda: rendered(
                cadvisor.families(node.containers.usage(), node.config.node_name)
            ),
            "/metrics/probes": lambda: rendered(node.probed.families()),
            "/metrics/state": lambda: rendered(state_metrics.families(node.store)),
            "/healthz": lambda: "ok",
        }
        self._writers: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            OSError: when the port is taken.
        """
        sock = serving.listening(self._config.cadvisor_port, self._config.host_ip)
        # Without anything to wait for, a cancellation cannot leave the socket open.
        server = await asyncio.start_server(
            self._serve, sock=sock, limit=MAX_REQUEST_BYTES, start_serving=False
        )
        try:
            async with server:
                await server.serve_forever()
        finally:
            for writer in tuple(self._writers):
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        closed = (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
        try:
            with contextlib.suppress(*closed):
                while await self._answer_one(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        async with asyncio.timeout(IDLE_S):
            head = await reader.readuntil(b"\r\n\r\n")
        status, body = self._answer(head)
        keep = b"connection: close" not in head.lower()
        writer.write(_response(status, body, keep=keep))
        await writer.drain()
        return keep

    def _answer(self, head: bytes) -> tuple[str, str]:
        words = head.split(b"\r\n", 1)[0].split()
        if len(words) != 3 or words[0] != b"GET":
            return "405 Method Not Allowed", "only GET\n"
        page = self._pages.get(words[1].decode(errors="replace").partition("?")[0])
        return ("200 OK", page()) if page else ("404 Not Found", "no such page\n")


def _response(status: str, body: str, *, keep: bool) -> bytes:
    data = body.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(data)}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    return head.encode() + data
