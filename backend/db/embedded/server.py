"""The server as a supervised program: it starts, says so, and goes when it is told to."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog

from backend.db.embedded import cluster as clusters
from backend.db.embedded.account import Account, choose, open_the_way
from backend.db.embedded.cluster import Cluster
from sre_agent.domain.errors import PermanentError

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.05
_START_ATTEMPTS = 20
_ATTEMPT_PAUSE_S = 0.5

_log = structlog.get_logger()


def run(cluster: Cluster) -> int:
    """Run the server until SIGTERM or SIGINT, which shut it down fast; return its exit code.

    After a crash it may take a moment until the processes of the old server have noticed and let go
    of the data: the start is tried again for some seconds.
    """
    account = choose()
    _prepare(cluster, account)
    asked_to_stop = _Stop()
    for _ in range(_START_ATTEMPTS):
        _retire_stale_lock(cluster)
        server = _spawn(cluster, account)
        asked_to_stop.tell = server.send_signal
        if asked_to_stop.received:
            server.send_signal(signal.SIGINT)
        if _await_ready(cluster, server):
            sys.stdout.write(f"DATABASE_URL={cluster.database_url}\n")
            sys.stdout.flush()
            return _wait(cluster, server)
        if asked_to_stop.received:
            return _wait(cluster, server)
        _log.warning("postgres_did_not_start", exit_code=server.returncode, data=str(cluster.data))
        time.sleep(_ATTEMPT_PAUSE_S)
    return 1


class _Stop:
    """Passes a request to stop on to the server as PostgreSQL's fast shutdown."""

    def __init__(self) -> None:
        self.received = False
        self.tell: Callable[[int], None] | None = None
        signal.signal(signal.SIGTERM, self._handle)
        signal.signal(signal.SIGINT, self._handle)

    def _handle(self, _signum: int, _frame: FrameType | None) -> None:
        self.received = True
        if self.tell is not None:
            self.tell(signal.SIGINT)


def _prepare(cluster: Cluster, account: Account) -> None:
    for folder in (cluster.home, cluster.socket_dir):
        if folder.exists() and folder.stat().st_uid not in {account.uid, os.geteuid()}:
            raise PermanentError(f"{folder} belongs to someone else: choose another folder")
        account.own(folder)
    if account.name is not None:
        for path in (cluster.home, cluster.socket_dir, Path(clusters.binary("postgres"))):
            open_the_way(path)
    clusters.create(cluster, account)


def _spawn(cluster: Cluster, account: Account) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None)

    def follow_parent() -> None:
        # Runs after the change of user, which would clear it: if we are killed, the server shuts down.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return subprocess.Popen(  # noqa: S603 - our words
        cluster.server_command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        user=account.name,
        group=account.gid if account.name else None,
        extra_groups=[] if account.name else None,
        cwd="/",
        preexec_fn=follow_parent,  # noqa: PLW1509 - this process has one thread
    )


def _wait(cluster: Cluster, server: subprocess.Popen[bytes]) -> int:
    exit_code = server.wait()
    if cluster.is_socket_dir_derived:
        # The folder is outside of everything that is deleted with the data; what still is in it stays.
        with contextlib.suppress(OSError):
            cluster.socket_dir.rmdir()
    return exit_code


def _await_ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> bool:
    while server.poll() is None:
        if cluster.is_ready:
            return True
        time.sleep(_POLL_S)
    return False


def _retire_stale_lock(cluster: Cluster) -> None:
    """Deal with what a killed server left behind.

    PostgreSQL takes over a lock whose process is gone. It cannot know that the number now belongs to
    another program, and it should not wait for an orphan whose supervisor was killed.
    """
    lock = cluster.data / "postmaster.pid"
    if not lock.exists():
        return
    first_line = lock.read_text().partition("\n")[0]
    if not first_line.isdigit():
        lock.unlink()
        return
    pid = int(first_line)
    command = _command_of(pid)
    if command is None:
        return
    if str(cluster.data) in command and "postgres" in command:
        os.kill(pid, signal.SIGINT)
    else:
        lock.unlink()


def _command_of(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
