"""The worker that starts where another died knows that it did: what it left is taken up at once.

Each worker writes its number into a file and holds the file's lock, which the kernel takes from it
with its life. Whoever gets that lock next may say of the number in the file that it is dead, where
anybody else would have to wait until it had been silent for a while. A number says nothing in
another database, or in one that was set up anew, so the file names the database as well.
"""

import fcntl
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sre_agent.domain.errors import PermanentError

_BYTES_MAX = 200


@dataclass(frozen=True)
class Number:
    """A worker's number, and the database that gave it: another one gives the same to another."""

    worker_id: int
    database: str


class Succession:
    """Holds the file in which a worker's number stands, from `open` until `close`.

    Without a path, or where a living worker holds the file, it knows of nobody and tells nobody.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Take the file.

        Raises:
            PermanentError: It cannot be opened.
        """
        if self._path is None:
            return self
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            reason = f"{self._path} cannot be written: name another as WORKER_ALIVE_FILE ({error})"
            raise PermanentError(reason) from error
        self._closing.callback(os.close, file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self._file = None
        self._closing.close()

    @property
    def predecessor(self) -> Number | None:
        """Return the number of the worker that held the file before, if there was one."""
        if self._file is None:
            return None
        worker_id, _, database = os.pread(self._file, _BYTES_MAX, 0).partition(b" ")
        if not worker_id.isdigit() or not database:
            return None
        return Number(int(worker_id), database.decode(errors="replace"))

    def enter(self, number: Number) -> None:
        """Write down which worker holds the file now."""
        if self._file is None:
            return
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{number.worker_id} {number.database}".encode(), 0)
