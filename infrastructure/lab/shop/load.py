"""Be the customers: a steady, bounded stream of orders to the front of the shop."""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

HOME_EVERY = 5
"""One visit in so many only looks at the home page."""

REPORT_EVERY_S = 60.0
PATIENCE_S = 10.0
MAX_OPEN = 64
"""Requests under way at once; a slow shop loses visits beyond them, as a real one does."""


@dataclass
class Tally:
    """What became of the visits so far."""

    sent: int = 0
    good: int = 0
    failed: int = 0
    unanswered: int = 0
    skipped: int = 0


class Customers:
    """Visits one shop at a steady rate."""

    def __init__(self, host: str, port: int, path: str) -> None:
        """Take the address of the shop and the path that takes orders."""
        self._host, self._port, self._path = host, port, path
        self._open: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    async def visit_for_ever(self, rate_per_s: float) -> None:
        """Start visits at the given rate until cancelled."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for number in range(sys.maxsize):
            if len(self._open) < MAX_OPEN:
                task = asyncio.create_task(self._visit(number))
                self._open.add(task)
                task.add_done_callback(self._open.discard)
            else:
                self.tally.skipped += 1
            # A machine that slept is not owed the visits it missed.
            due_s = max(due_s + 1 / rate_per_s, loop.time() - 1.0)
            await asyncio.sleep(due_s - loop.time())

    async def _visit(self, number: int) -> None:
        self.tally.sent += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                status = await self._request(number)
        except (OSError, TimeoutError, ValueError, IndexError):
            self.tally.unanswered += 1
            return
        if status == 200:
            self.tally.good += 1
        else:
            self.tally.failed += 1

    async def _request(self, number: int) -> int:
        is_order = number % HOME_EVERY != 0
        body = json.dumps({"order": number - number // HOME_EVERY}) if is_order else ""
        line = f"POST {self._path}" if is_order else "GET /"
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(
                f"{line} HTTP/1.1\r\nhost: {self._host}\r\ncontent-length: {len(body)}\r\n"
                f"connection: close\r\n\r\n{body}".encode()
            )
            answer = await reader.read(-1)
        finally:
            writer.close()
        return int(answer.split(b" ", 2)[1])


async def _report_for_ever(tally: Tally) -> None:
    while True:
        await asyncio.sleep(REPORT_EVERY_S)
        sys.stdout.write(json.dumps(vars(tally)) + "\n")
        sys.stdout.flush()


async def _main(url: str, rate_per_s: float) -> None:
    parts = urlsplit(url)
    customers = Customers(parts.hostname or "", parts.port or 80, parts.path or "/")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, sys.exit, 0)
    async with asyncio.TaskGroup() as group:
        group.create_task(customers.visit_for_ever(rate_per_s))
        group.create_task(_report_for_ever(customers.tally))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="where the front takes orders")
    parser.add_argument("--rate", type=float, default=20.0, help="visits a second")
    arguments = parser.parse_args()
    asyncio.run(_main(arguments.url, arguments.rate))
