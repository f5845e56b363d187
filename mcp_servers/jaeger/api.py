"""Jaeger's query API over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from mcp_servers.common import telemetry_store, unpacking
from mcp_servers.common.envelope import UnreachableError
from mcp_servers.common.telemetry_store import Store

_JAEGER = Store("Jaeger", rows="traces")
_HINT = ": JAEGER_URL must lead to the query API, the port of Jaeger's own pages (16686)"


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
        status, raw = await _JAEGER.get(self.client, path, parameters)
        if status != httpx.codes.OK:
            raise _JAEGER.failure(status, _message(raw), path)
        try:
            answer = unpacking.read_json(raw)
        except ValueError as err:
            raise UnreachableError(f"Jaeger did not answer {path} with JSON{_HINT}") from err
        found = answer.get("data", False) if isinstance(answer, dict) else False
        if found is None or isinstance(found, list):
            return found or []
        raise UnreachableError(f"Jaeger did not answer {path} with a list of data{_HINT}")


def connect(base_url: str, token: str | None, org_id: str | None) -> Api:
    """Return a client; it opens no connection yet."""
    return Api(telemetry_store.connect(base_url, token, org_id))


def _message(raw: bytes) -> str:
    """Return what an error says: Jaeger's own form, or the text as it stands."""
    text = raw.decode(errors="replace")
    try:
        told = unpacking.read_json(text)["errors"][0]["msg"]
    except (ValueError, LookupError, TypeError):
        return text
    return str(told)
