"""What must be seen nowhere: the secrets of the corpus, and characters that steer who reads."""

import re
import unicodedata

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""What the CLI itself may send a terminal."""

SECRETS = (
    "correct-horse-battery-staple",
    "abcdefghijklmnopqrstuvwxyz012345",
    "Sup3rS3cretPw",
    "AKIAQWERTYUIOPASDFGH",
    "zxcvbnmasdfghjkl1234",
    "c2lnbmF0dXJlMTIz",
)

_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def secrets_in(text: str) -> list[str]:
    """Return the corpus's secrets that stand in a text."""
    return [secret for secret in SECRETS if secret in text]


def steering_in(text: str, *, but: str) -> set[str]:
    """Return the characters that steer a reader or a terminal, `but` those that may be there."""
    return {char for char in text if unicodedata.category(char) in _CATEGORIES} - set(but)
