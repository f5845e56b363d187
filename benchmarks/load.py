"""A load generator that costs little itself: senders on kept-alive connections."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What was measured. Latencies in milliseconds, duration in seconds."""

    requests: int
    duration_s: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Return acknowledged requests per second."""
        return self.requests / self.duration_s


async def run(socket_path: str, token: str, bodies: list[bytes], senders: int) -> Result:
    """Send all bodies to the webhook, each sender one after another; every answer must be 202."""
    head = (
        "POST /webhook/alert HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: "
    ).encode()
    requests = [head + b"%d\r\n\r\n%s" % (len(body), body) for body in bodies]
    waiting = iter(requests)
    latencies: list[float] = []
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(senders):
            group.create_task(_send(socket_path, waiting, latencies))
    duration_s = time.perf_counter() - started
    latencies.sort()
    return Result(
        requests=len(latencies),
        duration_s=duration_s,
        p50_ms=latencies[len(latencies) // 2] * 1000,
        p99_ms=latencies[len(latencies) * 99 // 100] * 1000,
    )


async def _send(socket_path: str, waiting: Iterator[bytes], latencies: list[float]) -> None:
    reader, writer = await asyncio.open_unix_connection(socket_path)
    for request in waiting:
        started = time.perf_counter()
        writer.write(request)
        await _read_answer(reader)
        latencies.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(f"not acknowledged: {head!r} {body!r}")
