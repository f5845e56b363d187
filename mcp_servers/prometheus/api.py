"""Prometheus' HTTP API: one request at a time, its errors translated into ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import structlog

from mcp_servers.common import bounded_transport, unpacking
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.limits import cut
from mcp_servers.prometheus.grid import Grid

REQUEST_TIMEOUT_S = 10.0
"""How long one request may take; a tool makes at most a few rounds of them."""

MAX_REPLY_BYTES = 32 * 1024 * 1024
"""The largest reply that is read: a broad query can return more than anyone can use."""

Parameters = Mapping[str, str | Sequence[str]]

_DENIED = frozenset({401, 403})
_MISTAKEN = frozenset({400, 422})
_MISTAKES = frozenset({"bad_data", "execution"})
_BUSY = frozenset({"timeout", "canceled", "unavailable"})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reply:
    """The `data` of a reply, and what Prometheus warned of (a part that did not answer, say)."""

    data: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Api:
    """One Prometheus."""

    client: httpx.AsyncClient

    async def instant(self, query: str, at: datetime) -> Reply:
        """Evaluate an expression at one moment."""
        return await self._call("POST", "api/v1/query", {"query": query, "time": stamp(at)})

    async def range(self, query: str, grid: Grid) -> Reply:
        """Evaluate an expression at every point of a grid."""
        parameters = {
            "query": query,
            "start": stamp(grid.start),
            "end": stamp(grid.end),
            "step": f"{grid.step_s:.3f}",
        }
        return await self._call("POST", "api/v1/query_range", parameters)

    async def get(self, path: str, parameters: Parameters) -> Reply:
        """Read what lies below `/api/v1/`."""
        return await self._call("GET", f"api/v1/{path}", parameters)

    async def ready(self) -> None:
        """Ask for a sign of life.

        Raises:
            UnreachableError: There is none.
        """
        status, raw = await self._exchange("GET", "-/ready", {})
        if status != httpx.codes.OK:
            reason = cut(raw.decode(errors="replace").strip(), 200)
            raise UnreachableError(f"Prometheus is not ready ({status}): {reason}")

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()

    async def _call(self, method: str, path: str, parameters: Parameters) -> Reply:
        status, raw = await self._exchange(method, path, parameters)
        try:
            body = unpacking.read_json(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            body = {}
        if status == httpx.codes.OK and body.get("status") == "success":
            return Reply(body.get("data"), tuple(map(str, body.get("warnings") or ())))
        message = cut(str(body.get("error") or raw.decode(errors="replace").strip()[:300]))
        _log.info("prometheus_refused", path=path, status=status, message=message)
        raise _failure(status, str(body.get("errorType", "")), message)

    async def _exchange(self, method: str, path: str, parameters: Parameters) -> tuple[int, bytes]:
        place = {"data" if method == "POST" else "params": dict(parameters)}
        request = self.client.build_request(method, path, **place)  # type: ignore[arg-type]  # one of the two
        raw = bytearray()
        try:
            response = await self.client.send(request, stream=True)
            try:
                async for chunk in response.aiter_bytes():
                    raw += chunk
                    if len(raw) > MAX_REPLY_BYTES:
                        raise RefusedError(
                            "answer_too_large",
                            f"Prometheus' reply exceeds {MAX_REPLY_BYTES} bytes: ask for less",
                        )
            finally:
                await response.aclose()
        except httpx.HTTPError as err:
            _log.warning("prometheus_unreachable", path=path, error=repr(err))
            raise UnreachableError(f"Prometheus did not answer /{path}: {_why(err)}") from err
        return response.status_code, bytes(raw)


def connect(url: str, token: str | None) -> Api:
    """Return the API below a base URL; nothing is connected yet."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Api(
        httpx.AsyncClient(
            base_url=url,
            headers=headers,
            timeout=REQUEST_TIMEOUT_S,
            transport=bounded_transport.transport(
                httpx.Limits(max_connections=16, max_keepalive_connections=16)
            ),
            trust_env=False,  # a proxy of the shell has no business between the two
        )
    )


def stamp(moment: datetime) -> str:
    """Return a moment as the API takes it: seconds, exact to the millisecond it keeps."""
    return f"{moment.timestamp():.3f}"


def _failure(status: int, kind: str, message: str) -> ToolFailureError:
    if status in _DENIED:
        return RefusedError("forbidden", "Prometheus does not accept this server's credentials")
    if kind not in _BUSY and (kind in _MISTAKES or status in _MISTAKEN):
        return RefusedError("invalid_arguments", message)
    return UnreachableError(f"Prometheus answered with {status}: {message}")


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"nothing came within {REQUEST_TIMEOUT_S:g} s"
    return str(error) or type(error).__name__
