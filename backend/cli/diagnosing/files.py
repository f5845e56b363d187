"""Reading a folder, an archive or a single file of saved answers, within bounds."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from backend.cli.diagnosing import encodings
from sre_agent.domain.errors import PermanentError

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_FILES = 20_000
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_S = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_ARCHIVES = (".tar.gz", ".tgz", ".tar")


class UnreadableBundleError(PermanentError):
    """There is nothing to read where saved answers should be."""


@dataclass
class SavedFiles:
    """The texts by path, when the newest was written, and what was passed over, with the reason."""

    texts: dict[str, str] = field(default_factory=dict)
    saved_at: datetime = _FIRST
    passed_over: dict[str, str] = field(default_factory=dict)
    _bytes: int = 0

    def take(self, name: str, size: int, modified_s: float, content: IO[bytes]) -> None:
        """Read one file, or say why it is passed over."""
        if size > MAX_FILE_BYTES:
            self.passed_over[name] = f"it is larger than {MAX_FILE_BYTES // 2**20} MB"
            return
        if self._bytes + size > MAX_TOTAL_BYTES or len(self.texts) >= MAX_FILES:
            self.passed_over[name] = "there is more than is read at once"
            return
        raw = content.read(MAX_FILE_BYTES)
        self._bytes += len(raw)
        text = encodings.text_of(raw)
        if text is None:
            self.passed_over[name] = "it is no text"
            return
        self.texts[name] = text
        written = datetime.fromtimestamp(max(0.0, min(modified_s, _LAST_S)), UTC)
        self.saved_at = max(self.saved_at, written)


def read(place: Path) -> SavedFiles:
    """Return what lies in a folder, an archive (.tar.gz, .tgz, .tar) or a single file.

    Links are not followed, and nothing is unpacked to disk.

    Raises:
        UnreadableBundleError: There is nothing there, or it cannot be read.
    """
    found = SavedFiles()
    try:
        if place.is_dir():
            _folder(place, found)
        elif place.name.endswith(_ARCHIVES):
            _archive(place, found)
        elif place.is_file() or not place.exists():
            _file(place, place.name, found)
        else:
            raise UnreadableBundleError(f"{place} is neither a folder, an archive nor a file")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise UnreadableBundleError(f"{place} cannot be read: {_why(error)}") from error
    if not found.texts:
        reasons = "; ".join(f"{name}: {why}" for name, why in sorted(found.passed_over.items())[:3])
        raise UnreadableBundleError(
            f"{place} holds no text to read{f' ({reasons})' if reasons else ''}; save answers into "
            "it first, such as: kubectl get all,events -o yaml > all.yaml"
        )
    return found


def _why(error: Exception) -> str:
    """Return the system's words without its number and the path, which stand before them."""
    words = error.strerror if isinstance(error, OSError) else None
    return words or str(error)


def _folder(folder: Path, found: SavedFiles) -> None:
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            _file(path, name, found)
        except OSError as error:
            found.passed_over[name] = f"it cannot be read: {_why(error)}"


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not is_hidden:
            yield path


def _file(path: Path, name: str, found: SavedFiles) -> None:
    about = path.stat()
    with path.open("rb") as content:
        found.take(name, about.st_size, about.st_mtime, content)


def _archive(path: Path, found: SavedFiles) -> None:
    with tarfile.open(path, "r|*") as archive:
        for number, member in enumerate(archive):
            if number >= MAX_FILES:
                found.passed_over[path.name] = f"it holds more than {MAX_FILES} files"
                return
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None and not PurePosixPath(member.name).name.startswith("."):
                found.take(member.name, member.size, member.mtime, content)
