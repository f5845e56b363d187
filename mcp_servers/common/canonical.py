"""One spelling for every JSON value, so that signer and verifier hash the same bytes.

Sorted keys, no blanks, UTF-8 as it is, no NaN. Shared test vectors hold both sides to it.
"""

import hashlib
import json


def dumps(value: object) -> str:
    """Return the canonical JSON text of a JSON value.

    Raises:
        ValueError: The value holds NaN or an infinity.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256(value: object) -> str:
    """Return the hexadecimal SHA-256 of the canonical JSON text."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
