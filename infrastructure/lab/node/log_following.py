"""Follows the log of a container's run while it grows, across rotations of its file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from infrastructure.lab.node import logs

Object = dict[str, Any]

POLL_S = 0.2


async def follow(
    state_dir: Path,
    pod: Object,
    container: str,
    selection: logs.Selection,
    *,
    is_over: Callable[[], bool],
) -> AsyncIterator[bytes]:
    """Yield the selected lines and then new ones, until `is_over` says that the run has ended.

    Raises:
        NoLogsError: when there is no such run.
    """
    tail = _Tail(logs.run_file(state_dir, pod, container, logs.run_of(pod, container)))
    tail.skip_to_end()
    yield logs.read(state_dir, pod, container, selection)
    while True:
        was_over = is_over()  # asked before reading, so that the last lines are not lost
        lines = tail.read()
        if lines:
            yield b"".join(logs.written(line, timestamps=selection.timestamps) for line in lines)
        if was_over:
            return
        await asyncio.sleep(POLL_S)


class _Tail:
    """Reads what was appended since the last time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0

    def skip_to_end(self) -> None:
        """Leave out what is there already."""
        self.read()

    def read(self) -> list[bytes]:
        """Return the whole lines that are new."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return []
        older = b""
        if self._inode not in (0, found.st_ino):
            older = self._rest_of_rotated()
            self._offset = 0
        self._inode = found.st_ino
        fresh = b""
        if found.st_size > self._offset:
            fresh = self._read_from(self._path, self._offset)
            fresh = fresh[: fresh.rfind(b"\n") + 1]
            self._offset += len(fresh)
        return (older + fresh).splitlines(keepends=True)

    def _rest_of_rotated(self) -> bytes:
        older = logs.rotated(self._path)
        try:
            if older.stat().st_ino != self._inode:
                return b""
            return self._read_from(older, self._offset)
        except FileNotFoundError:
            return b""

    @staticmethod
    def _read_from(path: Path, offset: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
