"""The only reader of the lab's environment variables."""

import os
from dataclasses import dataclass

DEFAULT_SEED = 1


@dataclass(frozen=True)
class Served:
    """What a lab in a container is told; nothing of it is an argument, which others could read."""

    host: str
    """The address at which it is reached from other containers."""
    webhook_url: str | None
    webhook_token: str | None
    read_token: str | None
    write_token: str | None
    forge_webhook_url: str | None
    forge_secret: str | None
    """What the forge signs its webhooks with."""


def served() -> Served:
    """Return what LAB_HOST, LAB_WEBHOOK_URL and the other variables of a served lab say."""
    names = ("WEBHOOK_URL", "WEBHOOK_TOKEN", "READ_TOKEN", "WRITE_TOKEN", "FORGE_WEBHOOK_URL")
    rest = (os.environ.get(f"LAB_{name}") or None for name in (*names, "FORGE_SECRET"))
    return Served(os.environ.get("LAB_HOST") or "127.0.0.1", *rest)


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
