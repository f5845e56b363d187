"""The process that starts the pods' processes, so that none of them outlives the lab.

It is run by itself (`python -I -S shim.py FD`), single-threaded and small. It talks JSON over the
socket FD; when that closes, whoever was at the other end is gone, and everything is killed. Every
process is in a session of its own, dies with this one (PDEATHSIG), and what it leaves behind is
adopted here (subreaper) and killed as the end of a container's PID namespace would.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

MESSAGE_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SWEEPS = 50
"""Killing an orphan may bring up orphans of its own; this many generations are followed."""
_OOM_SCORE = "500"
"""When the machine itself runs out of memory, pods go before the lab does."""


@dataclass(frozen=True)
class Root:
    """The first process of a container, and what its environment is known by."""

    id: int
    marks: frozenset[bytes]


class Shim:
    """Starts, signals and reaps processes on request."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._roots: dict[int, Root] = {}

    def run(self) -> None:
        """Serve until the other end is gone, then leave nothing running."""
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        os.set_blocking(wake_read, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        try:
            self._serve(wake_read)
        finally:
            self._kill_everything()

    def _serve(self, wake_read: int) -> None:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(wake_read, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll()}
            if wake_read in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake_read, 4096)
                self._reap()
            if self._control.fileno() in ready and not self._receive():
                return

    def _receive(self) -> bool:
        message, fds, _, _ = socket.recv_fds(
            self._control, MESSAGE_BYTES, 2, flags=socket.MSG_CMSG_CLOEXEC
        )
        if not message:
            return False
        request = json.loads(message)
        try:
            if request["op"] == "start":
                self._start(request, fds)
            else:
                self._signal(request["id"], request["signal"])
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def _start(self, request: dict[str, Any], fds: list[int]) -> None:
        error_read, error_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(request, fds, error_write)
        os.close(error_write)
        with os.fdopen(error_read, "rb") as pipe:
            error = pipe.read().decode(errors="replace")
        if error:
            os.waitpid(pid, 0)
            self._tell({"event": "refused", "id": request["id"], "error": error})
            return
        marks = frozenset(mark.encode() for mark in request["marks"])
        self._roots[pid] = Root(request["id"], marks)
        self._tell({"event": "started", "id": request["id"], "pid": pid})

    def _signal(self, wanted: int, number: int) -> None:
        for pid, root in self._roots.items():
            if root.id == wanted:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _reap(self) -> None:
        while True:
            try:
                # Looked at but not yet reaped: the number cannot be given away while we clean up.
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            root = self._roots.pop(found.si_pid, None)
            if root is not None:
                self._kill_leftovers(found.si_pid, root)
            os.waitpid(found.si_pid, 0)
            if root is not None:
                self._tell_exit(root, found.si_code, found.si_status)

    def _tell_exit(self, root: Root, how: int, status: int) -> None:
        by_signal = how in (os.CLD_KILLED, os.CLD_DUMPED)
        self._tell(
            {
                "event": "exited",
                "id": root.id,
                "code": 128 + status if by_signal else status,
                "signal": status if by_signal else None,
            }
        )

    def _kill_leftovers(self, pid: int, root: Root) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        shared = any(other.marks == root.marks for other in self._roots.values())
        for _ in range(_SWEEPS):
            others = [child for child in _children() if child != pid and child not in self._roots]
            left = [
                child
                for child in others
                if _session(child) == pid or (not shared and _is_marked(child, root.marks))
            ]
            # Asked last: what the dead left behind was adopted after the list was made.
            dead = [child for child in others if child not in left and not _is_alive(child)]
            if not left and not dead:
                return
            _kill_and_reap([*left, *dead])

    def _kill_everything(self) -> None:
        signal.set_wakeup_fd(-1)
        for pid in self._roots:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        for _ in range(_SWEEPS):
            children = _children()
            if not children:
                return
            _kill_and_reap(children)

    def _tell(self, news: dict[str, object]) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._control.send(json.dumps(news).encode())


def _become(request: dict[str, Any], fds: list[int], error_write: int) -> NoReturn:
    """Turn the forked child into the asked program, or tell why that cannot be."""
    try:
        parent = os.getppid()
        os.setsid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # the parent died before it could be followed
        for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write(_OOM_SCORE)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(fds[0], 1)
        os.dup2(fds[1], 2)
        os.chdir(request["cwd"])
        os.execvpe(request["argv"][0], request["argv"], request["env"])  # noqa: S606 - its purpose
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        os.write(error_write, (reason or type(error).__name__).encode())
    finally:
        os._exit(127)


def _children() -> list[int]:
    """Return the processes whose parent this one is, by birth or by adoption, the dead included.

    A dead one has to be reaped before nothing can be left: its own children come here as it dies,
    perhaps after the list was made.
    """
    me = os.getpid()
    try:
        with open(f"/proc/{me}/task/{me}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except FileNotFoundError:  # a kernel without that file: look at every process
        pids = (name for name in os.listdir("/proc") if name.isdecimal())
        return [int(pid) for pid in pids if _parent(pid) == me]


def _stat(pid: str) -> list[str]:
    """Return the fields of a process after its name: state, parent, group, session, …."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["Z", "0", "0", "0"]


def _is_alive(pid: int) -> bool:
    return _stat(str(pid))[0] not in ("Z", "X")


def _parent(pid: str) -> int:
    return int(_stat(pid)[1])


def _session(pid: int) -> int:
    return int(_stat(str(pid))[3])


def _is_marked(pid: int, marks: frozenset[bytes]) -> bool:
    """Return whether a process has the environment of a container it escaped from."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            environment = set(file.read().split(b"\0"))
    except OSError:
        return False
    return bool(marks) and marks <= environment


def _kill_and_reap(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


if __name__ == "__main__":
    Shim(socket.socket(fileno=int(sys.argv[1]))).run()
