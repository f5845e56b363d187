"""What the platform holds in memory when nothing happens: `python -m benchmarks memory`."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")


def by_program(supervisor_pid: int) -> dict[str, float]:
    """Return the MiB of every program under the supervisor, its children included.

    It is the proportional set size: memory that several processes share is divided among them, so
    that the sum counts it once.
    """
    children = _children()
    found = {"supervisor": pss_mib([supervisor_pid])}
    for pid in children[supervisor_pid]:
        name = _name(pid)
        found[name] = found.get(name, 0.0) + pss_mib(_tree(pid, children))
    return found


def _tree(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children[pid]:
        yield from _tree(child, children)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir(_PROC):
        if entry.isdigit():
            try:
                # The name in parentheses may hold anything; the parent is the second field after it.
                fields = (_PROC / entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[int(fields[1])].append(int(entry))
    return found


def _name(pid: int) -> str:
    words = (_PROC / str(pid) / "cmdline").read_bytes().decode().split("\0")
    module = words[words.index("-m") + 1 :] if "-m" in words else words
    return " ".join(word for word in module[:2] if word and not word.startswith("-"))


def pss_mib(pids: Iterable[int]) -> float:
    """Return the MiB of these processes together, shared memory divided among who shares it."""
    total_kib = 0
    for pid in pids:
        try:
            lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total_kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kib / 1024
