"""The signer's public keys: read from a variable once, or from a file with every write."""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from typing_extensions import override

from mcp_servers.common.envelope import RefusedError


def key_id(key: Ed25519PublicKey) -> str:
    """Return the `kid` of a key: the first 16 hexadecimal digits of the raw key's SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def load_public_key(text: str) -> Ed25519PublicKey:
    """Read an Ed25519 public key: PEM, or the raw 32 bytes in base64.

    Raises:
        ValueError: It is neither.
    """
    text = text.strip().replace("\\n", "\n")
    if text.startswith("-----BEGIN PUBLIC KEY-----"):
        try:
            key = load_pem_public_key(text.encode())
        except UnsupportedAlgorithm as err:
            raise ValueError("it is not an Ed25519 public key") from err
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("it is not an Ed25519 public key")
        return key
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except binascii.Error as err:
        raise ValueError("it is neither PEM nor base64") from err
    return Ed25519PublicKey.from_public_bytes(raw)


def parse_keys(text: str) -> dict[str, Ed25519PublicKey]:
    """Read several keys with commas between, and return them by key id.

    Raises:
        ValueError: One is malformed.
    """
    keys = [load_public_key(part) for part in text.split(",") if part.strip()]
    return {key_id(key): key for key in keys}


@dataclass(frozen=True, slots=True)
class KeysInFile(Mapping[str, Ed25519PublicKey]):
    """The keys that a file names at this moment: they change while the server runs.

    A file that cannot be read lets nothing through.
    """

    file: Path

    @override
    def __getitem__(self, id_: str) -> Ed25519PublicKey:
        return self._read()[id_]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    @override
    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, Ed25519PublicKey]:
        try:
            return parse_keys(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RefusedError(
                "grant_invalid", f"the signer's public keys cannot be read: {error}"
            ) from error
