"""The ring of signing keys on disk: private halves for the signer's eyes, public ones for everybody.

Beside the first key's file lie `NAME.ring.json`, which says which key signs from when on, and one
private file for each later key. All are read anew when they change: nothing needs a restart.
"""

import base64
import fcntl
import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from backend.signer import keys, ring
from backend.signer.keys import KeyUnusableError, SigningKey
from backend.signer.ring import Ring, RingKey


@dataclass(frozen=True)
class Keyring:
    """The keys in the folder of `path`, which is the first one's file."""

    path: Path
    _open: dict[str, SigningKey] = field(default_factory=dict)
    _first: dict[tuple[int, ...], SigningKey] = field(default_factory=dict)
    """The first key by what its file is: it is read anew when that changes."""

    @property
    def exists(self) -> bool:
        """Return whether any key was ever made."""
        return self.path.exists() or self._ring_file.exists()

    def read(self) -> Ring:
        """Return the ring as it is now.

        Raises:
            KeyUnusableError: It or the first key cannot be read.
        """
        try:
            return Ring.model_validate_json(self._ring_file.read_bytes())
        except FileNotFoundError:
            only = self._load_first()
            return ring.first(only.id, only.public_base64)
        except (OSError, ValidationError) as error:
            raise KeyUnusableError(f"{self._ring_file} cannot be read: {error}") from error

    def _load_first(self) -> SigningKey:
        try:
            found = self.path.stat()
        except OSError:
            return keys.load(self.path)  # which says what is wrong
        file = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode)
        if file not in self._first:
            key = keys.load(self.path)
            self._first.clear()
            self._first[file] = key
        return self._first[file]

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Return the keys that are believed, by id: what a retired one signed counts no longer.

        Raises:
            KeyUnusableError: The ring or the first key cannot be read.
        """
        return {
            key.id: Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public))
            for key in self.read().published
        }

    def signing(self, now: datetime) -> SigningKey:
        """Return the key that signs now.

        Raises:
            KeyUnusableError: There is none, or its file is not the key that the ring names.
        """
        current = self.read().signing(now)
        if current is None:
            raise KeyUnusableError(f"no key of {self._ring_file} signs: rotate")
        if current.id not in self._open:
            key = keys.load(self._file_of(current.id))
            if key.id != current.id:
                raise KeyUnusableError(f"{self._file_of(current.id)} is not key {current.id}")
            self._open[current.id] = key
        return self._open[current.id]

    def rotate(self, public: Path, *, now: datetime, after_s: int) -> Ring:
        """Make a key, publish it, and let it sign `after_s` seconds from now.

        It is published before the ring knows it, so that nothing is signed that servers cannot
        verify.

        Raises:
            KeyChangeRefusedError: The one before has not begun to sign yet.
        """

        def change(before: Ring) -> Ring:
            ring.rotated(before, _entry(SigningKey.make(), now), now)  # refused before it is made
            key = SigningKey.make()
            keys.store(key, self._named(key.id))
            return ring.rotated(before, _entry(key, now + timedelta(seconds=after_s)), now)

        return self._change(public, change)

    def retire(self, id_: str, public: Path, *, now: datetime, at_once: bool) -> Ring:
        """Let a key no longer be believed, and destroy its private half.

        Raises:
            KeyChangeRefusedError: It signs, or what it signed may be in use (unless `at_once`).
        """
        after = self._change(public, lambda it: ring.retired(it, id_, now, at_once=at_once))
        file = self._file_of(id_)
        if file.exists() and keys.load(file).id == id_:
            file.unlink()
        return after

    def ensure(self, public: Path) -> None:
        """Make the first key unless there is one, and write the public keys that servers believe.

        Raises:
            KeyUnusableError: There is a file, and it is no usable key: it is not replaced.
        """
        if not self._ring_file.exists():
            keys.ensure(self.path)
        _publish(self.read(), public)

    def _change(self, public: Path, change: Callable[[Ring], Ring]) -> Ring:
        with self._alone():
            before = self.read()
            after = change(before)
            both = {key.id: key for key in (*before.published, *after.published)}
            _publish(Ring(keys=tuple(both.values())), public)
            _replace(self._ring_file, after.model_dump_json(indent=1), mode=0o600)
            _publish(after, public)
        return after

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._ring_file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def _ring_file(self) -> Path:
        return self.path.with_suffix(".ring.json")

    def _named(self, id_: str) -> Path:
        return self.path.with_name(f"{self.path.stem}-{id_}{self.path.suffix}")

    def _file_of(self, id_: str) -> Path:
        named = self._named(id_)
        return named if named.exists() else self.path


def _entry(key: SigningKey, signs_from: datetime) -> RingKey:
    return RingKey(id=key.id, public=key.public_base64, signs_from=signs_from, made_by=_who())


def _who() -> str:
    """Return who runs this; in a container they may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _publish(published: Ring, public: Path) -> None:
    _replace(public, ",".join(key.public for key in published.published), mode=0o644)


def _replace(file: Path, text: str, *, mode: int) -> None:
    """Write a file so that whoever reads it sees the old content or the new one."""
    fresh = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
