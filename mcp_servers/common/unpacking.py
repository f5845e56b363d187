"""Answers over HTTP, packed or not, read no further than a bound: a few packed bytes can be gigabytes."""

import json
import zlib
from typing import Any

from mcp_servers.common.envelope import RefusedError, UnreachableError

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest answer that is read, unpacked: a broad question can be answered with more than anyone can use."""

ENCODINGS = "gzip"
"""What may be sent packed; more ways of packing are more ways to burst."""

_PACKED = 31
"""The window of zlib and the form of gzip."""


class Unpacking:
    """Unpacks an answer piece by piece, and stops at the bound.

    `encoding` is the answer's Content-Encoding; nothing or `identity` when it is not packed.
    """

    def __init__(self, encoding: str, most: int = MAX_BODY_BYTES) -> None:
        self._encoding = encoding.strip().lower()
        self._packer = None if self._is_plain else zlib.decompressobj(_PACKED)
        self._left = most
        self._most = most
        if self._encoding not in {"", "identity", ENCODINGS}:
            raise UnreachableError(f"the answer is packed as {encoding[:50]!r}: send it as gzip")

    @property
    def _is_plain(self) -> bool:
        return self._encoding in {"", "identity"}

    def take(self, piece: bytes) -> bytes:
        """Return what a piece holds.

        Raises:
            RefusedError: It is more than the bound.
            UnreachableError: It is not packed as it says.
        """
        found = piece if self._packer is None else self._unpacked(self._packer, piece)
        self._left -= len(found)
        if self._left < 0:
            most = f"{self._most >> 20} MiB"
            raise RefusedError("answer_too_large", f"the answer exceeds {most}: ask for less")
        return found

    def end(self) -> None:
        """Check that nothing is missing.

        Raises:
            UnreachableError: It was cut off.
        """
        if self._packer is not None and not self._packer.eof:
            raise UnreachableError("the answer is packed as gzip and ends too early")

    def _unpacked(self, packer: "zlib._Decompress", piece: bytes) -> bytes:
        if packer.eof and piece:
            raise UnreachableError("the answer goes on after the end of what is packed")
        try:
            return packer.decompress(piece, self._left + 1)
        except zlib.error as err:
            raise UnreachableError("the answer is not packed as it says") from err


def read_json(raw: bytes | str) -> Any:
    """Return what a JSON text says.

    Raises:
        ValueError: It is none, or nested so deep that reading it would exhaust the stack.
    """
    try:
        return json.loads(raw)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
