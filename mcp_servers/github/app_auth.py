"""A GitHub App as a credential: short-lived tokens that can do no more than they are made for."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from github.Auth import AppAuth, Auth
from typing_extensions import override

from mcp_servers.common.envelope import UnreachableError
from mcp_servers.github.connection import Asker

READING: Mapping[str, str] = {
    "actions": "read",
    "checks": "read",
    "contents": "read",
    "deployments": "read",
    "issues": "read",
    "metadata": "read",
    "pull_requests": "read",
    "statuses": "read",
}
"""What the tools that read need."""

WRITING: Mapping[str, str] = {
    **READING,
    "actions": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
}
"""What the tools that write need beside."""

_EARLY = timedelta(minutes=2)
"""How long before its end a token is replaced."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    expires_at: datetime


class InstallationToken(Auth):
    """The token of an App's installation, made anew before it ends.

    `find_installation` is the path at which GitHub tells the installation where its id is not given.
    """

    def __init__(
        self,
        app: Asker,
        installation: int | None,
        find_installation: str,
        permissions: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._installation = installation
        self._find = find_installation
        self._permissions = permissions
        self._now = now
        self._lock = threading.Lock()
        self._held: _Token | None = None

    @property
    @override
    def token_type(self) -> str:
        return "token"

    @property
    @override
    def token(self) -> str:
        with self._lock:
            if self._held is None or self._held.expires_at - _EARLY < self._now():
                self._held = self._made()
            return self._held.text

    @property
    @override
    def _masked_token(self) -> str:
        return "token (removed)"

    def _made(self) -> _Token:
        if self._installation is None:
            _, told = self._app.requestJsonAndCheck("GET", self._find)
            self._installation = int(told["id"])
        path = f"/app/installations/{self._installation}/access_tokens"
        _, made = self._app.requestJsonAndCheck(
            "POST", path, input={"permissions": dict(self._permissions)}
        )
        try:
            return _Token(str(made["token"]), datetime.fromisoformat(str(made["expires_at"])))
        except (LookupError, TypeError, ValueError) as err:
            raise UnreachableError("GitHub made no token for the App") from err


def app_asker(base_url: str, app_id: str, private_key: str, ca_file: str | None) -> Asker:
    """Return who asks GitHub as the App itself, which can do nothing but make tokens."""
    return Asker(base_url, AppAuth(app_id, private_key), ca_file)
