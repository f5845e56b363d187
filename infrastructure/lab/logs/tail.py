"""The tailer: finds the pods' log files and brings their lines to the store."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from infrastructure.lab.logs.follow import FileKey, Follower
from infrastructure.lab.logs.levels import level_of
from infrastructure.lab.logs.podlabels import PodFolder, read_folder
from infrastructure.lab.logs.podlog import Joiner, parse_line
from infrastructure.lab.logs.store import Pairs, Store

log = structlog.get_logger()

POLL_INTERVAL_S = 0.25


@dataclass(slots=True)
class _Source:
    labels: Pairs
    follower: Follower = field(default_factory=Follower)
    joiner: Joiner = field(default_factory=Joiner)


def _folders(path: Path) -> list[Path]:
    try:
        with os.scandir(path) as found:
            return sorted(Path(one.path) for one in found if one.is_dir())
    except FileNotFoundError:
        return []  # not made yet, or gone since it was listed


def _log_files(container: Path) -> list[tuple[Path, os.stat_result]]:
    try:
        with os.scandir(container) as found:
            # A rotated file keeps `.log` in its name and gains something behind it.
            entries = [one for one in found if ".log" in one.name]
    except FileNotFoundError:
        return []
    files = []
    for one in entries:
        with contextlib.suppress(FileNotFoundError):  # rotated away since it was listed
            files.append((Path(one.path), one.stat()))
    return sorted(files, key=lambda file: file[1].st_mtime_ns)


class Tailer:
    """Polls a folder of pod folders. Cheap when nothing changes: a listing and a stat each."""

    def __init__(self, root: Path, store: Store, cluster: str) -> None:
        self._root = root
        self._store = store
        self._cluster = cluster
        self._pods: dict[Path, PodFolder] = {}
        self._sources: dict[FileKey, _Source] = {}

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self.poll()
            self._store.expire()
            await asyncio.sleep(POLL_INTERVAL_S)

    async def poll(self) -> None:
        """Bring everything new to the store and forget files that are gone."""
        present: set[FileKey] = set()
        folders = _folders(self._root)
        for folder in folders:
            for container, path, found in self._files(folder):
                key = FileKey(found.st_dev, found.st_ino)
                present.add(key)
                source = self._source(key, folder, container)
                if source is not None and source.follower.changed(found):
                    await self._catch_up(source, path)
        for key in self._sources.keys() - present:
            del self._sources[key]
        for folder in self._pods.keys() - set(folders):
            del self._pods[folder]

    def _files(self, folder: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
        for container in _folders(folder):
            for path, found in _log_files(container):
                yield container.name, path, found

    def _source(self, key: FileKey, folder: Path, container: str) -> _Source | None:
        source = self._sources.get(key)
        if source is None:
            pod = self._pods.get(folder) or read_folder(folder)
            if pod is None:
                return None
            self._pods[folder] = pod
            source = _Source(pod.stream_labels(container, self._cluster))
            self._sources[key] = source
        return source

    async def _catch_up(self, source: _Source, path: Path) -> None:
        more = True
        while more:
            try:
                lines, more = source.follower.read(path)
            except OSError as err:
                log.warning("log_file_unreadable", path=str(path), error=str(err))
                return
            for line in lines:
                self._keep(source, line)
            await asyncio.sleep(0)  # queries are answered between the chunks of a long file

    def _keep(self, source: _Source, line: str) -> None:
        record = parse_line(line)
        if record is None:
            self._add(source, self._store.now(), line)
            return
        text = source.joiner.join(record)
        if text is not None:
            self._add(source, record.time_ns, text)

    def _add(self, source: _Source, time_ns: int, text: str) -> None:
        # The stream's own labels say nothing of levels, so only the line is asked.
        level = level_of(text, {})
        self._store.add(source.labels, time_ns, text, (("detected_level", level),))
