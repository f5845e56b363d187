"""Which cases nothing is ever tuned on."""

import hashlib
from collections.abc import Mapping

SALTS: Mapping[str, str] = {"loghub2k": "loghub2k:58:"}
"""What is put before a case's name in sets so small that the plain names would part them badly."""


def is_held_back(case: str, suite: str = "") -> bool:
    """Return whether a case belongs to the half that only measures: a matter of its name alone."""
    return hashlib.sha256((SALTS.get(suite, "") + case).encode()).digest()[0] % 2 == 0
