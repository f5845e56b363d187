"""One spelling for every JSON value, so that a hash means the same to everyone who computes it.

Sorted keys, no blanks, UTF-8 kept as it is, no NaN: the same bytes as the encoder below in any
language with ordinary JSON. Numbers are written by Python's shortest round-trip rule, which reading
and writing again does not change.
"""

import hashlib
import json

# Made once: `json.dumps` makes a new one for every value.
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def dumps(value: object) -> str:
    """Return the canonical JSON text of a JSON value.

    Raises:
        ValueError: The value holds NaN or an infinity.
        TypeError: The value is not JSON.
    """
    return _ENCODER.encode(value)


def sha256(value: object) -> str:
    """Return the hexadecimal SHA-256 of the canonical JSON text."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
