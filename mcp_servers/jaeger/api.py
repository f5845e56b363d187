"""Jaeger's query API over HTTP, its errors translated into ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.text import shown

REQUEST_TIMEOUT_S = 8.0
"""How long one request may take; a tool sends a few, most of them at once."""

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest answer read into memory: a single trace may have tens of thousands of spans."""

_MAX_MESSAGE_CHARS = 500
_CODES = {
    400: "invalid_arguments",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    422: "invalid_arguments",
}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Api:
    """One trace store."""

    client: httpx.AsyncClient

    async def services(self) -> list[str]:
        """Return the names of the services that spans are recorded of."""
        found = await self._data("api/services", {})
        return sorted({name for name in found if isinstance(name, str) and name})

    async def traces(self, parameters: Mapping[str, str]) -> list[Any]:
        """Return the traces that a search finds, as they are told.

        Raises:
            RefusedError: The search is not accepted; the reason is the store's own message.
            UnreachableError: It did not answer, or not in a way that makes sense.
        """
        return await self._data("api/traces", parameters)

    async def require_ready(self) -> None:
        """Ask for a sign of life.

        Raises:
            ToolFailureError: The store is down, or something else answers in its place.
        """
        await self.services()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()

    async def _data(self, path: str, parameters: Mapping[str, str]) -> list[Any]:
        """Return the list under `data`; null is how an empty one is told."""
        status, raw = await self._request(path, parameters)
        if status != httpx.codes.OK:
            raise _failure(status, raw, path)
        try:
            answer = json.loads(raw)
        except ValueError as err:
            raise UnreachableError(f"Jaeger did not answer {path} with JSON{_HINT}") from err
        found = answer.get("data", False) if isinstance(answer, dict) else False
        if found is None or isinstance(found, list):
            return found or []
        raise UnreachableError(f"Jaeger did not answer {path} with a list of data{_HINT}")

    async def _request(self, path: str, parameters: Mapping[str, str]) -> tuple[int, bytes]:
        body = bytearray()
        try:
            async with self.client.stream("GET", path, params=dict(parameters)) as response:
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_BODY_BYTES:
                        raise _too_large()
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            _log.warning("jaeger_unreachable", path=path, error=repr(err))
            raise UnreachableError(f"Jaeger did not answer {path}: {type(err).__name__}") from err
        return response.status_code, bytes(body)


_HINT = ": JAEGER_URL must lead to the query API, the port of Jaeger's own pages (16686)"


def connect(base_url: str, token: str | None, org_id: str | None) -> Api:
    """Return a client; it opens no connection yet and heeds no proxy of the environment."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if org_id:
        headers["X-Scope-OrgID"] = org_id
    root = base_url.rstrip("/") + "/"
    return Api(
        httpx.AsyncClient(
            base_url=root, headers=headers, timeout=REQUEST_TIMEOUT_S, trust_env=False
        )
    )


def _too_large() -> RefusedError:
    return RefusedError(
        "answer_too_large",
        f"Jaeger's answer exceeds {MAX_BODY_BYTES >> 20} MiB: ask for fewer traces",
    )


def _failure(status: int, raw: bytes, path: str) -> ToolFailureError:
    message = shown(_message(raw), _MAX_MESSAGE_CHARS) or "no message"
    _log.info("jaeger_refused", path=path, status=status, message=message)
    code = _CODES.get(status)
    if code is None:
        return UnreachableError(f"Jaeger answered {path} with {status}: {message}")
    return RefusedError(code, message)


def _message(raw: bytes) -> str:
    """Return what an error says: Jaeger's own form, or the text as it stands."""
    text = raw.decode(errors="replace").strip()
    try:
        told = json.loads(text)["errors"][0]["msg"]
    except (ValueError, LookupError, TypeError):
        return text
    return str(told)
