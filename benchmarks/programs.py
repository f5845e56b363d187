"""The processes a measurement starts: there for as long as the block runs, and gone after it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.db.migrations import migrate


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python module for as long as the block runs, with variables of its own beside ours.

    It stands where no `.env` is: what somebody has set up here is not what is measured.
    """
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=tempfile.gettempdir(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def database() -> Iterator[str]:
    """Run a PostgreSQL of its own, with our schema; yield its URL."""
    home = Path(tempfile.mkdtemp(prefix="sre-bench-", dir="/tmp"))
    sockets = Path(f"{home}-s")
    try:
        postgres = ("backend.db.embedded", "--data", str(home), "--socket-dir", str(sockets))
        with program(*postgres) as server:
            line = server.stdout.readline() if server.stdout else ""
            url = line.strip().removeprefix("DATABASE_URL=")
            migrate(url)
            yield url
    finally:
        for folder in (home, sockets):
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int, timeout_s: float = 30) -> None:
    """Wait until a server listens on loopback.

    Raises:
        TimeoutError: It does not.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on port {port}") from None
            time.sleep(0.05)
        else:
            return


def await_socket(path: Path, timeout_s: float = 30) -> None:
    """Wait until the server listens.

    Raises:
        TimeoutError: It does not.
    """
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on {path}")
        time.sleep(0.05)
