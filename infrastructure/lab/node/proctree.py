"""Memory and CPU time of a process and everything below it, read from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MAX_PROCESSES = 512
"""More processes than this of one container are not counted: sampling must stay cheap."""


@dataclass(frozen=True)
class Usage:
    """What a process tree uses."""

    rss_bytes: int
    cpu_seconds: float


def sample(root: int) -> Usage:
    """Measure a process tree; one that has ended uses nothing."""
    rss_bytes, ticks = 0, 0
    for pid in tree(root):
        fields = _stat(pid)
        if fields is None:
            continue
        # After the name: utime and stime are fields 11 and 12, those of waited-for children 13
        # and 14, resident pages 21.
        ticks += sum(map(int, fields[11:15]))
        rss_bytes += int(fields[21]) * _PAGE_BYTES
    return Usage(rss_bytes, ticks / _TICKS_PER_S)


def resident_bytes(root: int) -> int:
    """Return the resident memory of a process tree; the cheap half of `sample`."""
    return sum(map(_resident, tree(root)))


def tree(root: int) -> Iterator[int]:
    """Yield the process and its descendants."""
    pending, count = [root], 0
    while pending and count < MAX_PROCESSES:
        pid = pending.pop()
        count += 1
        yield pid
        pending += _children(pid)


def _children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except (FileNotFoundError, ProcessLookupError):
        return []
    found: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb", buffering=0) as file:
                found += map(int, file.read().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
            return int(file.read().split()[1]) * _PAGE_BYTES
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0


def _stat(pid: int) -> list[bytes] | None:
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            return file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
