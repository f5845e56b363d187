"""Which cases nothing is ever tuned on."""

import hashlib


def is_held_back(case: str) -> bool:
    """Return whether a case belongs to the half that only measures: a matter of its name alone."""
    return hashlib.sha256(case.encode()).digest()[0] % 2 == 0
