"""GitHub's API through PyGithub, its errors translated into ours.

Requests are sent once: what a lost answer may have done is for the caller to find out. While GitHub
takes no more requests, none is sent.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests
import structlog
import urllib3
from github.GithubException import GithubException

from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.text import shown
from mcp_servers.github import rates
from mcp_servers.github.connection import Asker
from mcp_servers.github.rates import Budget, Rate, Standing

Json = dict[str, Any]

PAGE_ROWS = 100
"""The most that GitHub gives at once."""

_SILENCE = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_NONSENSE = (ValueError, TypeError, AttributeError, AssertionError, RuntimeError, LookupError)
"""What the client raises at an answer that is no answer of GitHub's; RecursionError is among them."""

_CODES = {
    400: "invalid_arguments",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    405: "not_mergeable",
    409: "conflict",
    410: "not_found",
    422: "invalid_arguments",
    451: "forbidden",
}
_QUERY_CODES = {
    "FORBIDDEN": "forbidden",
    "INSUFFICIENT_SCOPES": "forbidden",
    "NOT_FOUND": "not_found",
}
_MAX_REASON_CHARS = 500

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and whether there are more."""

    rows: tuple[Any, ...]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Api:
    """One credential's view of GitHub; `own_name` tells this one apart from every other."""

    asker: Asker
    now: Callable[[], datetime] = utc_now
    own_name: str = field(default_factory=lambda: secrets.token_hex(8))
    _standing: Standing = field(default_factory=Standing)

    @property
    def rate(self) -> Rate | None:
        """Return what GitHub said last of its rate limit for all but searches and queries."""
        return self._standing.rates.get("core")

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Return what is at a path.

        Raises:
            RefusedError: Among others `not_found`, `forbidden` and `rate_limited`.
            UnreachableError: GitHub did not answer, or in no way that makes sense.
        """
        return (await self._send("GET", path, query=query))[1]

    async def page(
        self, path: str, query: Mapping[str, object], most: int, key: str | None = None
    ) -> Page:
        """Return up to `most` rows of a list, which stands under `key` where the answer has several parts."""
        rows: list[Any] = []
        for number in range(1, most // PAGE_ROWS + 2):
            asked = {**query, "per_page": min(PAGE_ROWS, most), "page": number}
            headers, data = await self._send("GET", path, query=asked)
            found = data.get(key) if key is not None and isinstance(data, dict) else data
            if not isinstance(found, list):
                raise UnreachableError(f"GitHub did not answer {path} with a list")
            rows += found
            has_next = 'rel="next"' in str(headers.get("link", ""))
            if not has_next or len(rows) > most:
                return Page(tuple(rows[:most]), is_all=not has_next and len(rows) <= most)
        return Page(tuple(rows[:most]), is_all=False)

    async def post(self, path: str, body: Json) -> Any:
        """Create something and return it; sent once."""
        return (await self._send("POST", path, body=body))[1]

    async def put(self, path: str, body: Json) -> Any:
        """Do something to what is at a path and return what GitHub says; sent once."""
        return (await self._send("PUT", path, body=body))[1]

    async def delete(self, path: str) -> None:
        """Remove what is at a path; sent once."""
        await self._send("DELETE", path)

    async def graphql(self, query: str, variables: Mapping[str, object]) -> Json:
        """Return the data of a query in GitHub's other language."""
        body = {"query": query, "variables": dict(variables)}
        headers, answer = await self._send("POST", self.asker.graphql_url, body=body)
        if not isinstance(answer, dict):
            raise UnreachableError("GitHub did not answer the query with an object")
        errors = answer.get("errors")
        if errors:
            raise self._query_refusal(errors, headers)
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    async def close(self) -> None:
        """Let go of the connections."""
        await asyncio.to_thread(self.asker.close)

    async def _send(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Json | None = None,
    ) -> tuple[Mapping[str, Any], Any]:
        budget = self._budget(path)
        self._standing.require_admitted(budget, self.now())
        given = {key: value for key, value in (query or {}).items() if value not in {"", None}}
        try:
            headers, data = await asyncio.to_thread(
                self.asker.requestJsonAndCheck, verb, path, given, None, body
            )
        except GithubException as err:
            raise self._refusal(err, budget, f"{verb} {path}") from err
        except _SILENCE as err:
            _log.warning("github_unreachable", path=path, error=type(err).__name__)
            raise UnreachableError(f"GitHub did not answer {verb} {path}") from err
        except ToolFailureError:
            raise
        except _NONSENSE as err:
            _log.warning("github_unreadable", path=path, error=repr(err)[:200])
            raise UnreachableError(f"GitHub did not answer {verb} {path} as it should") from err
        self._standing.note(budget, headers)
        return headers, data

    def _budget(self, path: str) -> Budget:
        if path == self.asker.graphql_url:
            return "graphql"
        return "search" if path.startswith("/search/") else "core"

    def _refusal(self, error: GithubException, budget: Budget, asked: str) -> ToolFailureError:
        headers = error.headers or {}
        self._standing.note(budget, headers)
        message = _message(error.data)
        _log.info("github_refused", asked=asked, status=error.status, message=_said(message))
        stop = rates.stop(error.status, headers, message, self.now())
        if stop is not None:
            return self._standing.stop(budget, stop)
        code = _CODES.get(error.status)
        if code is None:
            return UnreachableError(
                f"GitHub answered {asked} with {error.status}: {_said(message)}"
            )
        return RefusedError(code, _said(_explained(error.status, message, headers, asked)))

    def _query_refusal(self, errors: object, headers: Mapping[str, Any]) -> RefusedError:
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
        kind, message = str(first.get("type")), str(first.get("message") or "the query failed")
        stop = rates.stop_of_query(kind, headers, message, self.now())
        if stop is not None:
            return self._standing.stop("graphql", stop)
        return RefusedError(_QUERY_CODES.get(kind, "invalid_arguments"), _said(message))


def segment(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _said(message: str) -> str:
    return shown(message, _MAX_REASON_CHARS)


def _explained(status: int, message: str, headers: Mapping[str, Any], asked: str) -> str:
    """Return a refusal's own words, and what could be done about it."""
    if status == 401:
        return "GitHub does not accept this server's credentials"
    if status == 404:
        return f"GitHub has nothing at {asked}, or this server's credentials may not see it"
    needed = headers.get("x-accepted-github-permissions")
    if status == 403 and needed:
        return f"{message}: the credential needs one of these permissions: {needed}"
    return message


def _message(data: object) -> str:
    """Return what an error says, with the reasons that stand under it."""
    if not isinstance(data, dict):
        return "no message"
    errors = data.get("errors")
    found = errors if isinstance(errors, list) else []
    details = [_detail(each) for each in found[:5]]
    return ": ".join(each for each in (str(data.get("message") or "no message"), *details) if each)


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    return " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key))
