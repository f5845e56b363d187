"""Know a process again: a pid alone may by now belong to a stranger."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.05


@dataclass(frozen=True)
class Identity:
    """One process, for good: its pid and when it started, in clock ticks since boot."""

    pid: int
    started_ticks: int


def of(pid: int) -> Identity | None:
    """Return the identity of a running process, or None when there is none of that pid."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before may hold spaces and brackets
    is_zombie = fields[0] in ("Z", "X")
    return None if is_zombie else Identity(pid, int(fields[19]))


def is_alive(identity: Identity) -> bool:
    """Say whether this very process still runs."""
    return of(identity.pid) == identity


def end(identity: Identity, grace_s: float) -> None:
    """End this very process: SIGTERM, then SIGKILL after the grace period in seconds."""
    for signal_number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        if not is_alive(identity):
            return
        with suppress(ProcessLookupError):
            os.kill(identity.pid, signal_number)
        _wait_gone(identity, patience_s)


def _wait_gone(identity: Identity, patience_s: float) -> None:
    deadline_s = time.monotonic() + patience_s
    while is_alive(identity) and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
