"""Passwords: argon2id, worked off the event loop, a few at a time."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from sre_agent.domain.errors import PermanentError

MIN_CHARS = 12
MAX_CHARS = 256
_AT_ONCE = 2

_WORDS = 4
_SYLLABLES = tuple(
    consonant + vowel for consonant in "bdfghjklmnprstvz" for vowel in "aeiou" if consonant + vowel
)


class WeakPasswordError(PermanentError):
    """The password is too short, too long, or the same as the name."""


class Passwords:
    """Hashes and checks passwords. Each takes about 64 MiB and some ten milliseconds."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(_AT_ONCE)
        # What an unknown name is checked against, so that it takes as long as a known one.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str, *, name: str) -> str:
        """Return the hash to store.

        Raises:
            WeakPasswordError: saying what is asked of a password.
        """
        check(password, name=name)
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Return whether the password is the one stored; without one it takes as long and is not."""
        async with self._room:
            return await asyncio.to_thread(self._matches, stored, password)

    def _matches(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._nobody, password[:MAX_CHARS])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return stored is not None


def check(password: str, *, name: str) -> None:
    """Refuse a password that is too short, too long, or the name itself.

    Raises:
        WeakPasswordError: saying what is asked of a password.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise WeakPasswordError(f"a password has {MIN_CHARS} to {MAX_CHARS} characters")
    if password.casefold() == name.casefold():
        raise WeakPasswordError("a password must not be the name")


def invent() -> str:
    """Return a random password that can be read out aloud: 51 bits, four words of four syllables."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(2)) for _ in range(_WORDS))
