"""One log file, read on from where the last look ended."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Loki cuts or refuses longer lines; so much is read at once, and so long may a line be.
MAX_LINE_BYTES: Final = 256 * 1024
CHUNK_BYTES: Final = 1024 * 1024
# The first bytes hold a time in nanoseconds, which tells a file from its successor.
_HEAD_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class FileKey:
    """What stays the same when a file is renamed."""

    device: int
    inode: int


class Follower:
    """Reads whole new lines of a file that grows, is renamed, truncated or replaced."""

    def __init__(self) -> None:
        self._offset = 0
        self._head = b""
        self._seen = (-1, -1)

    def changed(self, found: os.stat_result) -> bool:
        """Say whether there may be something new since the last complete look."""
        return self._seen != (found.st_size, found.st_mtime_ns)

    def read(self, path: Path) -> tuple[list[str], bool]:
        """Return new whole lines, at most a chunk of them, and whether more is there.

        Raises:
            OSError: the file cannot be read; it may just be gone.
        """
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            head = file.read(_HEAD_BYTES)
            if found.st_size < self._offset or not head.startswith(self._head):
                self._offset = 0
            self._head = head
            file.seek(self._offset)
            chunk = file.read(CHUNK_BYTES)
        lines = self._whole_lines(chunk)
        more = len(chunk) == CHUNK_BYTES
        if not more:
            self._seen = (found.st_size, found.st_mtime_ns)
        return lines, more

    def _whole_lines(self, chunk: bytes) -> list[str]:
        end = chunk.rfind(b"\n") + 1
        if not end and len(chunk) >= MAX_LINE_BYTES:
            end = len(chunk)
        self._offset += end
        whole = chunk[:end].removesuffix(b"\n")
        if not whole:
            return []
        return [
            line[:MAX_LINE_BYTES].rstrip(b"\r").decode(errors="replace")
            for line in whole.split(b"\n")
            if line
        ]
