"""Loki's HTTP API, its errors translated into ours.

Loki's errors are plain text and not JSON. What it says of a query goes to the caller unchanged,
so that the caller can mend the query.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.text import shown

Json = dict[str, Any]

REQUEST_TIMEOUT_S = 8.0
"""How long one request may take; a tool sends a few, most of them at once."""

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest answer read into memory."""

_MAX_MESSAGE_CHARS = 1000
_HTTP_CODES = {
    400: "invalid_arguments",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    413: "invalid_arguments",
    422: "invalid_arguments",
}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Api:
    """One tenant's view of Loki."""

    client: httpx.AsyncClient

    async def get(self, path: str, params: Mapping[str, str]) -> Json:
        """Return the JSON object at a path below `/loki/api/v1`.

        Raises:
            RefusedError: Loki does not accept the question; the reason is its own message.
            UnreachableError: It did not answer, or not in a way that makes sense.
        """
        raw = await self._request(f"loki/api/v1/{path}", params)
        try:
            answer = json.loads(raw)
        except ValueError as err:
            raise UnreachableError(f"Loki did not answer {path} with JSON") from err
        if not isinstance(answer, dict):
            raise UnreachableError(f"Loki did not answer {path} with an object")
        return answer

    async def require_ready(self) -> None:
        """Ask for a sign of life.

        Raises:
            ToolFailureError: Loki is down or not ready yet.
        """
        await self._request("ready", {})

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()

    async def _request(self, path: str, params: Mapping[str, str]) -> bytes:
        try:
            async with self.client.stream("GET", path, params=dict(params)) as response:
                raw = await _read(response)
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            _log.warning("loki_unreachable", path=path, error=repr(err))
            raise UnreachableError(f"Loki did not answer {path}: {type(err).__name__}") from err
        if response.status_code != httpx.codes.OK:
            raise _failure(response.status_code, raw, path)
        return raw


def connect(base_url: str, token: str | None, org_id: str | None) -> Api:
    """Return a client; it opens no connection yet and heeds no proxy of the environment."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if org_id:
        headers["X-Scope-OrgID"] = org_id
    return Api(
        httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers=headers,
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,
        )
    )


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise RefusedError(
                "answer_too_large",
                f"Loki's answer exceeds {MAX_BODY_BYTES >> 20} MiB: ask for fewer lines",
            )
    return bytes(body)


def _failure(status: int, raw: bytes, path: str) -> ToolFailureError:
    message = shown(raw.decode(errors="replace").strip(), _MAX_MESSAGE_CHARS) or "no message"
    _log.info("loki_refused", path=path, status=status, message=message)
    code = _HTTP_CODES.get(status)
    if code is None:
        return UnreachableError(f"Loki answered {path} with {status}: {message}")
    return RefusedError(code, message)
