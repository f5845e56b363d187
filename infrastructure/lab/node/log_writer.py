"""Writes what a container prints to its log, with the time of each line, and keeps it bounded."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from pathlib import Path

import structlog

from infrastructure.lab.node import logs

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_LINE_BYTES = 16 * 1024
READ_BYTES = 64 * 1024
FLOOD_PAUSE_S = 0.02
"""A container that fills a whole read at once waits this long, so that it cannot starve the lab."""
_KEPT_RUNS = 2
_FINAL_READS = 64
"""A pipe holds less than this; more could only come from a process that escaped its container."""
_NS = 10**9
_log = structlog.get_logger()


class LogWriter:
    """The log of one run of a container."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._size = path.stat().st_size
        self._last_ns = 0
        self._second = (-1, "")

    def write(self, stream: str, pieces: list[tuple[bytes, bytes]]) -> None:
        """Append pieces of (tag, text), tag F for a whole line and P for a part of one."""
        moment = time.time_ns()
        data = bytearray()
        for tag, text in pieces:
            # Every line gets a moment of its own, so that its order survives sorting by time.
            moment = self._last_ns = max(moment, self._last_ns + 1)
            data += b"%s %s %s %s\n" % (self._stamp(moment), stream.encode(), tag, text)
        try:
            if self._size and self._size + len(data) > MAX_FILE_BYTES:
                self._rotate()
            self._file.write(data)
            self._size += len(data)
        except OSError as error:  # a full disk costs lines, never the container
            _log.warning("log_lines_lost", path=str(self._path), error=str(error))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _stamp(self, moment_ns: int) -> bytes:
        second, rest = divmod(moment_ns, _NS)
        if self._second[0] != second:
            self._second = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        return f"{self._second[1]}.{rest:09d}Z".encode()

    def _rotate(self) -> None:
        self._file.close()
        with contextlib.suppress(FileNotFoundError):  # the pod's folder may have been removed
            self._path.replace(logs.rotated(self._path))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("ab", buffering=0)
        self._size = 0


class LogPump:
    """Moves one output stream of a container from its pipe to its log."""

    def __init__(self, writer: LogWriter, stream: str) -> None:
        self._writer = writer
        self._stream = stream
        self._partial = b""
        self._loop = asyncio.get_running_loop()
        self._resume: asyncio.TimerHandle | None = None
        self._read_fd, self.write_fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        self._loop.add_reader(self._read_fd, self._on_readable)

    def started(self) -> None:
        """Close our copy of the writing end, once the container has its own."""
        if self.write_fd >= 0:
            os.close(self.write_fd)
            self.write_fd = -1

    def finish(self) -> None:
        """Write what is still in the pipe and close it; nobody prints any more."""
        self.started()
        if self._read_fd < 0:
            return
        for _ in range(_FINAL_READS):
            if self._read() <= 0:
                break
        if self._partial:
            self._writer.write(self._stream, [(b"F", self._partial)])
        if self._resume is not None:
            self._resume.cancel()
        self._loop.remove_reader(self._read_fd)
        os.close(self._read_fd)
        self._read_fd = -1

    def _on_readable(self) -> None:
        count = self._read()
        if count == 0:  # every writer has closed it
            self._loop.remove_reader(self._read_fd)
        elif count >= READ_BYTES:
            self._loop.remove_reader(self._read_fd)
            self._resume = self._loop.call_later(FLOOD_PAUSE_S, self._go_on)

    def _go_on(self) -> None:
        self._resume = None
        self._loop.add_reader(self._read_fd, self._on_readable)

    def _read(self) -> int:
        """Move what can be read at once; return how much, 0 at the end, -1 if there is none yet."""
        try:
            data = os.read(self._read_fd, READ_BYTES)
        except BlockingIOError:
            return -1
        pieces, self._partial = split(self._partial + data)
        if pieces:
            self._writer.write(self._stream, pieces)
        return len(data)


def split(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Split output into log pieces and the unfinished rest; too long lines come in parts."""
    *whole, rest = data.split(b"\n")
    pieces: list[tuple[bytes, bytes]] = []
    for line in whole:
        while len(line) > MAX_LINE_BYTES:
            pieces.append((b"P", line[:MAX_LINE_BYTES]))
            line = line[MAX_LINE_BYTES:]  # noqa: PLW2901 - what is left of it
        pieces.append((b"F", line))
    while len(rest) > MAX_LINE_BYTES:
        pieces.append((b"P", rest[:MAX_LINE_BYTES]))
        rest = rest[MAX_LINE_BYTES:]
    return pieces, rest


def forget_old_runs(folder: Path, run: int) -> None:
    """Delete the logs of all runs of a container but the given and the previous one."""
    kept = {f"{each}.log" for each in range(run - _KEPT_RUNS + 1, run + 1)}
    for path in folder.glob("*.log*"):
        if path.name.removesuffix(".1") not in kept:
            path.unlink(missing_ok=True)
