"""Runbooks in a folder of Markdown files, read again whenever a file changes."""

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mcp_servers.common.envelope import NoDataError, UnreachableError
from mcp_servers.runbooks.front_matter import split
from mcp_servers.runbooks.reading import MalformedError
from mcp_servers.runbooks.runbook import Entry, Runbook, whole
from mcp_servers.runbooks.sources import Shelf

MAX_FILES = 1000
MAX_FILE_BYTES = 256 * 1024
_SUFFIX = ".md"

_Stamp = tuple[int, int, int]


@dataclass
class Folder:
    """A folder and all below it; nothing outside of it is read, whatever a link says."""

    name: str
    root: Path
    _cache: dict[Path, tuple[_Stamp, Runbook | str]] = field(default_factory=dict)

    async def shelf(self) -> Shelf:
        """Return what is there now."""
        return await asyncio.to_thread(self._look)

    async def read(self, entry: Entry) -> Runbook:
        """Return an entry's runbook as the file is now; the id is looked up, never opened."""
        await self.shelf()
        for _, found in self._cache.values():
            if isinstance(found, Runbook) and found.entry.id == entry.id:
                return found
        raise NoDataError(f"runbook {entry.id!r} is gone")

    async def require_ready(self) -> None:
        """Look whether the folder is there."""
        await asyncio.to_thread(self._require)

    async def close(self) -> None:
        """Do nothing: no file is kept open."""

    def _require(self) -> None:
        if not self.root.is_dir():
            raise UnreachableError(f"the folder of runbooks {self.root.name!r} is not there")

    def _look(self) -> Shelf:
        self._require()
        # One dictionary replaces another, so that two calls at once cannot see half of one.
        seen: dict[Path, tuple[_Stamp, Runbook | str]] = {}
        left_out: list[str] = []
        for path in sorted(self._files(left_out)):
            if len(seen) >= MAX_FILES:
                left_out.append(f"{self.name}: files beyond the first {MAX_FILES}")
                break
            found = self._parsed(path)
            if found is not None:
                seen[path] = found
        self._cache = seen
        entries = []
        for path, (_, item) in seen.items():
            if isinstance(item, Runbook):
                entries.append(item.entry)
            else:
                left_out.append(f"{self.name}: {self._shown(path)}: {item}")
        return Shelf(tuple(entries), tuple(left_out))

    def _files(self, left_out: list[str]) -> Iterator[Path]:
        """Return the Markdown files; hidden ones and what links lead out are not among them."""
        top = self.root.resolve()
        waiting = [self.root]
        while waiting:
            try:
                children = sorted(waiting.pop().iterdir())
            except OSError as err:
                left_out.append(f"{self.name}: a folder cannot be read: {err.strerror}")
                continue
            for path in children:
                if path.name.startswith("."):
                    continue
                if path.is_dir() and not path.is_symlink():
                    waiting.append(path)
                elif path.suffix == _SUFFIX and _is_inside(path, top):
                    yield path
                elif path.suffix == _SUFFIX or (path.is_dir() and path.is_symlink()):
                    left_out.append(f"{self.name}: {self._shown(path)}: it is a link to elsewhere")

    def _parsed(self, path: Path) -> tuple[_Stamp, Runbook | str] | None:
        """Return the runbook of a file or why it is none; None when it went away meanwhile."""
        try:
            facts = path.stat()
            stamp = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            known = self._cache.get(path)
            if known and known[0] == stamp:
                return known
            return stamp, self._read(path, facts.st_mode, facts.st_size)
        except FileNotFoundError:
            return None
        except OSError as err:
            return (0, 0, 0), f"it cannot be read: {err.strerror}"

    def _read(self, path: Path, mode: int, size: int) -> Runbook | str:
        if not stat.S_ISREG(mode):
            return "it is no plain file"
        if size > MAX_FILE_BYTES:
            return f"it has more than {MAX_FILE_BYTES >> 10} KiB"
        try:
            meta, body = split(path.read_bytes()[:MAX_FILE_BYTES].decode())
        except UnicodeDecodeError:
            return "it is not UTF-8"
        except MalformedError as err:
            return str(err)
        id_ = path.relative_to(self.root).with_suffix("").as_posix()
        entry = Entry(id_, self.name, self._shown(path), meta.url, meta, body)
        return whole(entry, body)

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _is_inside(path: Path, top: Path) -> bool:
    try:
        return path.resolve().is_relative_to(top)
    except (OSError, RuntimeError):  # links that go round in circles
        return False
