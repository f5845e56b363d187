"""The only reader of the lab's environment variables."""

import os

DEFAULT_SEED = 1


def seed() -> int:
    """Return `LAB_SEED`, which names everything in the lab; 1 when it is not set.

    Raises:
        ValueError: when it is not a whole number.
    """
    text = os.environ.get("LAB_SEED") or str(DEFAULT_SEED)
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"LAB_SEED must be a whole number, not {text!r}") from None
