"""The key that signs grants: made, stored for its owner's eyes only, read."""

import base64
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sre_agent.domain.errors import PermanentError


class KeySource(Protocol):
    """Where the key that signs comes from."""

    def signing(self, now: datetime, /) -> "SigningKey":
        """Return the key that signs at this moment."""

    def public_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Return the keys that are believed now, by id."""


class KeyUnusableError(PermanentError):
    """The key file is missing, not an Ed25519 private key, or open to others."""


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key."""

    private: Ed25519PrivateKey

    @classmethod
    def make(cls) -> "SigningKey":
        """Return a new key."""
        return cls(Ed25519PrivateKey.generate())

    def signing(self, _now: datetime) -> "SigningKey":
        """Return itself: alone, it signs at any time."""
        return self

    def public_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Return itself: alone, it is the one that is believed."""
        return {self.id: self.private.public_key()}

    @property
    def id(self) -> str:
        """Return the `kid`: 16 hexadecimal digits of the SHA-256 of the raw public key."""
        return hashlib.sha256(self.private.public_key().public_bytes_raw()).hexdigest()[:16]

    @property
    def public_base64(self) -> str:
        """Return the raw public key in base64, which fits into one line of an environment."""
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()


def generate(path: Path) -> SigningKey:
    """Make a key and write it to a new file that only its owner can read.

    Raises:
        KeyUnusableError: The file exists: a key in use is never overwritten.
    """
    key = SigningKey.make()
    store(key, path)
    return key


def store(key: SigningKey, path: Path) -> None:
    """Write a key to a new file that only its owner can read.

    Raises:
        KeyUnusableError: The file exists: a key in use is never overwritten.
    """
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyUnusableError(f"{path} exists: remove it first to make a new key") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def ensure(path: Path) -> SigningKey:
    """Return the key in the file, made now if there is none.

    Raises:
        KeyUnusableError: There is a file, and it is no usable key: it is not replaced.
    """
    return load(path) if path.exists() else generate(path)


def load(path: Path) -> SigningKey:
    """Read the key.

    Raises:
        KeyUnusableError: It is missing, malformed, of another kind, or open to others.
    """
    try:
        mode = path.stat().st_mode
        pem = path.read_bytes()
    except OSError as err:
        raise KeyUnusableError(f"SIGNING_KEY_FILE {path} cannot be read: {err.strerror}") from err
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyUnusableError(f"SIGNING_KEY_FILE {path} is open to others: chmod 600 {path}")
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise KeyUnusableError(f"SIGNING_KEY_FILE {path} is not an unencrypted PEM key") from err
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnusableError(f"SIGNING_KEY_FILE {path} is not an Ed25519 key")
    return SigningKey(private)
