"""The error lines among those found, with stack traces folded into the error they belong to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mcp_servers.loki import levels, message
from mcp_servers.loki.results import Entry

POD_LABELS = ("pod", "k8s_pod_name", "kubernetes_pod_name", "pod_name", "instance")

_TOGETHER_NS = 2 * 10**9
"""How far apart the lines of one stack trace may be."""

_FRAME = re.compile(
    r"\s+(?:at |File \"|\.\.\. |\S+\.go:\d)|Caused by: |\s+Suppressed: |goroutine \d"
)
_STACK_STARTS = re.compile(r"Traceback \(most recent call last\):?\s*$")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One error line, understood."""

    at_ns: int
    level: str
    message: str
    pod: str
    line: str


def of(entries: Iterable[Entry]) -> list[Complaint]:
    """Return the complaints among some lines, oldest first."""
    by_stream: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        key = (pod_of(entry), entry.labels.get("container", ""))
        by_stream.setdefault(key, []).append(entry)
    found = [
        complaint
        for stream in by_stream.values()
        for complaint in _folded(sorted(stream, key=lambda entry: entry.at_ns))
    ]
    return sorted(found, key=lambda complaint: complaint.at_ns)


def pod_of(entry: Entry) -> str:
    """Return the pod a line came from; empty when its labels do not tell."""
    return next((entry.labels[name] for name in POD_LABELS if entry.labels.get(name)), "")


def _folded(entries: list[Entry]) -> Iterator[Complaint]:
    """Return one stream's complaints; a trace's header lends its moment to the error it leads to."""
    header: Complaint | None = None
    for complaint in filter(None, map(_complaint, _without_frames(entries))):
        if header is not None and complaint.at_ns - header.at_ns > _TOGETHER_NS:
            yield header
            header = None
        if _STACK_STARTS.match(complaint.line):
            header = complaint
            continue
        yield complaint if header is None else replace(complaint, at_ns=header.at_ns)
        header = None
    if header is not None:
        yield header


def _without_frames(entries: list[Entry]) -> Iterator[Entry]:
    """Leave out the lines of a stack trace that only say where."""
    last_ns = 0
    for entry in entries:
        if not (entry.at_ns - last_ns <= _TOGETHER_NS and _FRAME.match(entry.line)):
            yield entry
        last_ns = entry.at_ns


def _complaint(entry: Entry) -> Complaint | None:
    saying = message.understand(entry)
    if saying.level not in levels.ERRORS:
        return None
    return Complaint(entry.at_ns, saying.level, saying.message, pod_of(entry), entry.line)
