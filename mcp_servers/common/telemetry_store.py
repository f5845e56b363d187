"""A store of telemetry behind an HTTP API that is only read: bounded answers, errors as ours.

What a store says of a question goes to the caller unchanged, so that the caller can mend it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import structlog

from mcp_servers.common import bounded_transport
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.text import shown

REQUEST_TIMEOUT_S = 8.0
"""How long one request may take; a tool sends a few, most of them at once."""

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest answer read into memory."""

_CODES = {
    400: "invalid_arguments",
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    413: "invalid_arguments",
    422: "invalid_arguments",
}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Store:
    """One kind of store: what it is called, and what to ask less of when it tells too much."""

    name: str
    rows: str

    async def get(
        self, client: httpx.AsyncClient, path: str, params: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer.

        Raises:
            RefusedError: The answer is too large.
            UnreachableError: There is none.
        """
        body = bytearray()
        try:
            async with client.stream("GET", path, params=dict(params)) as response:
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > MAX_BODY_BYTES:
                        raise self._too_large()
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            _log.warning("store_unreachable", store=self.name, path=path, error=repr(err))
            reason = f"{self.name} did not answer {path}: {type(err).__name__}"
            raise UnreachableError(reason) from err
        return response.status_code, bytes(body)

    def failure(self, status: int, message: str, path: str) -> ToolFailureError:
        """Return the error that a status other than 200 is, with the store's own message."""
        message = shown(message.strip()) or "no message"
        _log.info("store_refused", store=self.name, path=path, status=status, message=message)
        code = _CODES.get(status)
        if code is None:
            return UnreachableError(f"{self.name} answered {path} with {status}: {message}")
        return RefusedError(code, message)

    def _too_large(self) -> RefusedError:
        most = f"{MAX_BODY_BYTES >> 20} MiB"
        reason = f"{self.name}'s answer exceeds {most}: ask for fewer {self.rows}"
        return RefusedError("answer_too_large", reason)


def connect(base_url: str, token: str | None, org_id: str | None) -> httpx.AsyncClient:
    """Return a client; it opens no connection yet and heeds no proxy of the environment."""
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if org_id:
        headers["X-Scope-OrgID"] = org_id
    return httpx.AsyncClient(
        base_url=base_url.rstrip("/") + "/",
        headers=headers,
        timeout=REQUEST_TIMEOUT_S,
        transport=bounded_transport.transport(),
        trust_env=False,
    )
