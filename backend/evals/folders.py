"""A set's files, plain or compressed with xz, and rewritten where names and times are to be others."""

import json
import lzma
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from sre_agent.domain.errors import PermanentError

Rewrite = Callable[[str], str]


class UnreadableSetError(PermanentError):
    """A file of a set is not there, or is not what it should be."""


def _as_it_is(text: str) -> str:
    return text


def _read(text: str | bytes) -> Any:
    """Read JSON by a parser three times as fast as the usual one, which is asked where it refuses.

    A mark at the beginning of the file, and half of a pair of surrogates, are such cases.
    """
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


@dataclass
class Spent:
    """Processor time, in seconds, that went into reading files and unpacking them."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Folder:
    """A folder of a set. Files are named without `.xz`, whether they are compressed or not.

    `rewrite` is applied to every text that is read: the check that neither names nor times matter.
    """

    path: Path
    rewrite: Rewrite = field(default=_as_it_is)
    spent: Spent = field(default_factory=Spent, compare=False)

    def sub(self, name: str) -> "Folder":
        """Return a folder in this one."""
        return Folder(self.path / name, self.rewrite, self.spent)

    def exists(self, name: str) -> bool:
        """Return whether there is such a file, plain or compressed, or such a folder."""
        return self._plain(name).exists() or self._compressed(name).exists()

    def names(self, pattern: str = "*") -> list[str]:
        """Return the names of what is in here, sorted, without `.xz`."""
        return sorted({item.name.removesuffix(".xz") for item in self._glob(pattern)})

    def text(self, name: str) -> str:
        """Return a file as text.

        Raises:
            UnreadableSetError: It is not there or cannot be read.
        """
        return self.rewrite(self.raw(name))

    def raw(self, name: str) -> str:
        """Return a file as it is written, whatever names and times are to be.

        Raises:
            UnreadableSetError: It is not there or cannot be read.
        """
        try:
            return self._bytes(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableSetError(f"{self._plain(name)} cannot be read: {error}") from error

    def lines(self, name: str) -> list[str]:
        """Return a file's lines without their ends.

        Raises:
            UnreadableSetError: It is not there or cannot be read.
        """
        return self.text(name).splitlines()

    def json(self, name: str) -> Any:
        """Return a file read as JSON.

        Raises:
            UnreadableSetError: It is not there, cannot be read, or is no JSON.
        """
        if self.rewrite is _as_it_is:
            return self._parse(name, self._bytes(name))
        return self._parse(name, self.text(name))

    def label(self, name: str) -> Any:
        """Return a file of answers: read as JSON, never rewritten.

        Raises:
            UnreadableSetError: It is not there, cannot be read, or is no JSON.
        """
        return self._parse(name, self._bytes(name))

    def _bytes(self, name: str) -> bytes:
        plain, compressed = self._plain(name), self._compressed(name)
        began_s = time.process_time()
        try:
            if plain.exists():
                return plain.read_bytes()
            return lzma.decompress(compressed.read_bytes())
        except FileNotFoundError as error:
            raise UnreadableSetError(f"there is no {plain} (nor {compressed.name})") from error
        except (OSError, lzma.LZMAError) as error:
            raise UnreadableSetError(f"{plain} cannot be read: {error}") from error
        finally:
            self.spent.seconds += time.process_time() - began_s

    def _parse(self, name: str, text: str | bytes) -> Any:
        try:
            return _read(text)
        except ValueError as error:
            raise UnreadableSetError(f"{self.path / name} is no JSON: {error}") from error

    def _glob(self, pattern: str) -> list[Path]:
        if not self.path.is_dir():
            raise UnreadableSetError(f"there is no folder {self.path}")
        return [*self.path.glob(pattern), *self.path.glob(f"{pattern}.xz")]

    def _plain(self, name: str) -> Path:
        return self.path / name

    def _compressed(self, name: str) -> Path:
        return self.path / f"{name}.xz"
