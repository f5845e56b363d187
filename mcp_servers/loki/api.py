"""Loki's HTTP API. Its errors are plain text and not JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from mcp_servers.common import telemetry_store, unpacking
from mcp_servers.common.envelope import UnreachableError
from mcp_servers.common.telemetry_store import Store

Json = dict[str, Any]

_LOKI = Store("Loki", rows="lines")


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
            answer = unpacking.read_json(raw)
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
        status, raw = await _LOKI.get(self.client, path, params)
        if status != httpx.codes.OK:
            raise _LOKI.failure(status, raw.decode(errors="replace"), path)
        return raw


def connect(base_url: str, token: str | None, org_id: str | None) -> Api:
    """Return a client; it opens no connection yet."""
    return Api(telemetry_store.connect(base_url, token, org_id))
