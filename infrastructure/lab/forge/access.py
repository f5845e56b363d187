"""Who may do what: tokens, and what each is allowed."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from infrastructure.lab.forge.errors import RefusalError, missing
from infrastructure.lab.labdir import read_json, write_json

PREFIX = "github_pat_"


class Right(IntEnum):
    """What a token is allowed; each includes those before it."""

    NONE = 0
    """It is a good token, of somebody who may not see the repository."""
    READ = 1
    WRITE = 2
    ADMIN = 3


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request."""

    token: str
    login: str
    right: Right
    expires_at_s: int | None = None
    """Of an App's token, in seconds since the epoch."""

    @property
    def is_app(self) -> bool:
        """Say whether it is an App."""
        return self.expires_at_s is not None


class Access:
    """The tokens that are known."""

    def __init__(self, tokens: Mapping[str, Caller]) -> None:
        """Take who has which token."""
        self._tokens = dict(tokens)

    @classmethod
    def of_folder(cls, folder: Path, account: str, chosen: Mapping[str, str]) -> "Access":
        """Take the tokens of a forge, the same after a restart; those not chosen are made up."""
        file = folder / "tokens.json"
        known: dict[str, str] = {**(read_json(file) or {}), **chosen}
        for right in Right:
            known.setdefault(right.name.lower(), PREFIX + secrets.token_hex(20))
        write_json(file, known)
        callers = [
            Caller(known[right.name.lower()], f"{account}-{right.name.lower()}", right)
            for right in Right
        ]
        return cls({caller.token: caller for caller in callers})

    @property
    def by_right(self) -> dict[str, str]:
        """Return a token of each right."""
        return {
            caller.right.name.lower(): token
            for token, caller in self._tokens.items()
            if not caller.is_app
        }

    def grant(self, caller: Caller) -> None:
        """Let a new token in."""
        self._tokens[caller.token] = caller

    def caller(self, authorization: str | None) -> Caller:
        """Return who sends an `Authorization` header.

        Raises:
            RefusalError: 401 for a token that nobody has, 404 without any.
        """
        if not authorization:
            raise missing()  # a private repository is not there for strangers
        scheme, _, token = authorization.partition(" ")
        found = self._tokens.get(token.strip())
        if found is not None and found.expires_at_s is not None:
            found = found if found.expires_at_s > time.time() else None
        if scheme.lower() not in ("bearer", "token") or found is None:
            raise RefusalError(401, "Bad credentials")
        return found


def demand(caller: Caller, right: Right) -> None:
    """Refuse a caller who may not do something.

    Raises:
        RefusalError: 404 where the repository may not be seen, 403 where more is asked than granted.
    """
    if caller.right is Right.NONE and right > Right.NONE:
        raise missing()
    if caller.right < right:
        thing = "integration" if caller.is_app else "personal access token"
        raise RefusalError(
            403,
            f"Resource not accessible by {thing}",
            headers={"x-accepted-github-permissions": _asked(right)},
        )


def _asked(right: Right) -> str:
    grade = "write" if right >= Right.WRITE else "read"
    return f"contents={grade}; pull_requests={grade}"


def secret() -> str:
    """Return a token of an App's installation."""
    return "ghs_" + secrets.token_hex(18)
