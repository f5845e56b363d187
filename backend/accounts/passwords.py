"""Passwords: argon2id, worked off the event loop, a few at a time."""

import asyncio
import secrets
import unicodedata
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sre_agent.domain.errors import PermanentError

MIN_CHARS = 12
MAX_CHARS = 256
_AT_ONCE = 2

_WORDS = 5
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfghjklmnprstvz" for vowel in "aeiou")


class WeakPasswordError(PermanentError):
    """The password is too short, too long, the name, or the one it should take the place of."""


class Hasher(Protocol):
    """What hashes and verifies, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return the hash, its parameters and salt within."""
        ...

    def verify(self, hash: str, password: str) -> bool:
        """Return True, or raise VerifyMismatchError."""
        ...

    def check_needs_rehash(self, hash: str) -> bool:
        """Return whether it was made with other parameters than today's."""
        ...


class Passwords:
    """Hashes and checks passwords. Each takes 64 MiB and some tens of milliseconds or more."""

    def __init__(self, hasher: Hasher | None = None) -> None:
        self._hasher: Hasher = hasher or PasswordHasher()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str, *, name: str, present: str | None = None) -> str:
        """Return the hash to store; `present` is the password it takes the place of.

        Raises:
            WeakPasswordError: saying what is asked of a password.
        """
        check(password, name=name)
        if password == present:
            raise WeakPasswordError("the new password is the present one")
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Return whether the password is the one stored; without one it takes as long and is not."""
        async with self._room:
            return await asyncio.to_thread(self._matches, stored, password)

    async def renew(self, stored: str, password: str) -> str | None:
        """Return a hash with today's parameters for a right password, None when it has them."""
        if not self._hasher.check_needs_rehash(stored):
            return None
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    def _matches(self, stored: str | None, password: str) -> bool:
        # Made at the first attempt, whoever's it is, so that no attempt tells a known name.
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        is_possible = stored is not None and len(password) <= MAX_CHARS
        against = stored if stored is not None and is_possible else self._nobody
        try:
            self._hasher.verify(against, _normal(password[:MAX_CHARS]))
        except VerifyMismatchError:
            return False
        return is_possible


def check(password: str, *, name: str) -> None:
    """Refuse a password that is too short, too long, or the name itself.

    Raises:
        WeakPasswordError: saying what is asked of a password.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise WeakPasswordError(f"a password has {MIN_CHARS} to {MAX_CHARS} characters")
    if password.strip().casefold() == name.casefold():
        raise WeakPasswordError("a password must not be the name")


def invent() -> str:
    """Return a random password that can be read out aloud: 63 bits, five words of two syllables."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(2)) for _ in range(_WORDS))


def _normal(password: str) -> str:
    """Return one spelling of what different keyboards send for the same letters."""
    return unicodedata.normalize("NFKC", password)
