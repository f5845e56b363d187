"""Pod logs on disk: where they are, and how they are read back.

Every line is `<RFC 3339 with nanoseconds> stdout|stderr F|P <text>`; P marks a piece of a line too
long to be written at once. A container's runs are numbered by its restarts; of a run at most two
files exist, the older one with `.1` behind its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Object = dict[str, Any]

_FOLDER = "logs"


class NoLogsError(Exception):
    """The asked run of a container has no log; the message is the kubelet's."""


@dataclass(frozen=True)
class Selection:
    """Which lines of a log, and how they are written."""

    tail_lines: int | None = None
    since: datetime | None = None
    limit_bytes: int | None = None
    timestamps: bool = False


def root_folder(state_dir: Path) -> Path:
    """Return the folder of all pod logs."""
    return state_dir / _FOLDER


def pod_folder(state_dir: Path, pod: Object) -> Path:
    """Return the folder of one pod's logs."""
    meta = pod["metadata"]
    return root_folder(state_dir) / f"{meta['namespace']}_{meta['name']}_{meta['uid']}"


def run_file(state_dir: Path, pod: Object, container: str, run: int) -> Path:
    """Return the file of one run of a container; runs count from 0."""
    return pod_folder(state_dir, pod) / container / f"{run}.log"


def rotated(path: Path) -> Path:
    """Return where the older part of a log is."""
    return path.with_name(path.name + ".1")


def run_of(pod: Object, container: str, *, previous: bool = False) -> int:
    """Return which run `logs`, or `logs --previous`, of a container means.

    Raises:
        NoLogsError: when it never ran, or had no previous run.
    """
    name = pod["metadata"]["name"]
    state = _container_status(pod, container)
    is_waiting = "waiting" in state.get("state", {}) or not state
    has_last = "terminated" in state.get("lastState", {})
    count = int(state.get("restartCount", 0))
    if is_waiting and has_last:
        return count  # between two runs both names mean the one that ended
    if previous:
        if not has_last:
            raise NoLogsError(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
        return count - 1
    if is_waiting:
        reason = state.get("state", {}).get("waiting", {}).get("reason", "ContainerCreating")
        why = _WAITING.get(reason, reason)
        raise NoLogsError(f'container "{container}" in pod "{name}" is waiting to start: {why}')
    return count


def read(
    state_dir: Path, pod: Object, container: str, selection: Selection, *, previous: bool = False
) -> bytes:
    """Return the selected lines of a container's log.

    Raises:
        NoLogsError: when there is no such run.
    """
    path = run_file(state_dir, pod, container, run_of(pod, container, previous=previous))
    lines = _lines(path)
    if selection.since is not None:
        first = stamp(selection.since).encode()
        lines = [line for line in lines if line[: len(first)] >= first]
    if selection.tail_lines is not None:
        lines = lines[-selection.tail_lines :] if selection.tail_lines else []
    text = b"".join(written(line, timestamps=selection.timestamps) for line in lines)
    return text if selection.limit_bytes is None else text[: selection.limit_bytes]


def stamp(moment: datetime) -> str:
    """Write a moment as log lines have it, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def written(line: bytes, *, timestamps: bool) -> bytes:
    """Return a stored line as a reader of logs gets it, with or without its moment."""
    moment, _, tag, text = line.split(b" ", 3)
    if tag == b"P":
        text = text[:-1]
    return moment + b" " + text if timestamps else text


_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


def _container_status(pod: Object, container: str) -> Object:
    status = pod.get("status") or {}
    for field in ("containerStatuses", "initContainerStatuses"):
        for each in status.get(field) or ():
            if each["name"] == container:
                return dict(each)
    return {}


def _lines(path: Path) -> list[bytes]:
    found: list[bytes] = []
    for part in (rotated(path), path):
        try:
            found += part.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            continue
    return [line for line in found if line.endswith(b"\n")]
