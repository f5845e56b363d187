"""Notion's API through its official client, its errors translated into ours."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx
import structlog
from notion_client import AsyncClient
from notion_client.client import ClientOptions
from notion_client.errors import (
    APIErrorCode,
    APIResponseError,
    NotionClientErrorBase,
    RequestTimeoutError,
)

from mcp_servers.common import bounded_transport
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.limits import cut

Json = dict[str, Any]

REQUEST_TIMEOUT_MS = 8_000
PAGE_SIZE = 100
"""The most that Notion gives at once."""

MAX_ATTEMPTS = 4
PATIENCE_S = 6.0
"""How long one request may wait for Notion to accept it; specialists wait ten seconds in all."""

_FIRST_WAIT_S = 0.5
_MAX_MESSAGE_CHARS = 300
_BUSY = frozenset(
    {
        APIErrorCode.RateLimited,
        APIErrorCode.InternalServerError,
        APIErrorCode.ServiceUnavailable,
        APIErrorCode.GatewayTimeout,
        APIErrorCode.ConflictError,
    }
)
_REFUSALS: Mapping[str, str] = {
    APIErrorCode.Unauthorized: "forbidden",
    APIErrorCode.RestrictedResource: "forbidden",
    APIErrorCode.ObjectNotFound: "not_found",
}

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NotionApi:
    """What is read of Notion: nothing is ever written there."""

    client: AsyncClient
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def data_sources(self, database_id: str) -> tuple[str, ...]:
        """Return the ids of a database's data sources, which hold its pages.

        Raises:
            ToolFailureError: The database is not there, not shared with us, or Notion is silent.
        """
        found = await self._ask(lambda: self.client.databases.retrieve(database_id))
        return tuple(str(item["id"]) for item in found.get("data_sources", ()))

    async def pages(self, data_source_id: str) -> AsyncIterator[Json]:
        """Yield every page of a data source, with its properties."""

        def query(**where: Any) -> Any:
            return self.client.data_sources.query(data_source_id, **where)

        async for item in self._all(query):
            yield item

    async def children(self, block_id: str) -> AsyncIterator[Json]:
        """Yield the blocks right below a page or block."""

        def query(**where: Any) -> Any:
            return self.client.blocks.children.list(block_id, **where)

        async for item in self._all(query):
            yield item

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()

    async def _all(self, query: Callable[..., Any]) -> AsyncIterator[Json]:
        where: Json = {"page_size": PAGE_SIZE}
        while True:
            found = await self._ask(lambda: query(**where))  # noqa: B023 - called at once
            for item in found.get("results", ()):
                yield item
            if not found.get("has_more") or not found.get("next_cursor"):
                return
            where = {**where, "start_cursor": found["next_cursor"]}

    async def _ask(self, call: Callable[[], Any]) -> Json:
        """Return Notion's answer, waiting as long as it asks us to while that makes sense.

        The client's own repeating is off: it would wait for a minute, and longer than we are given.
        """
        waited_s = 0.0
        for attempt in range(MAX_ATTEMPTS):
            try:
                return cast(Json, await call())
            except APIResponseError as err:
                wait_s = _wait_s(err, attempt)
                is_last = attempt == MAX_ATTEMPTS - 1
                if err.code not in _BUSY or is_last or waited_s + wait_s > PATIENCE_S:
                    raise _failure(err) from err
            except (NotionClientErrorBase, httpx.HTTPError, ValueError) as err:
                raise _silence(err) from err
            await self.sleep(wait_s)
            waited_s += wait_s
        raise AssertionError("the last attempt returns or raises")


def connect(base_url: str, token: str) -> NotionApi:
    """Return a client; it opens no connection yet and heeds no proxy of the environment."""
    quiet = logging.Logger("notion")  # noqa: LOG001 - the client's own prints to the console
    quiet.addHandler(logging.NullHandler())
    options = ClientOptions(
        auth=token,
        base_url=base_url.rstrip("/"),
        timeout_ms=REQUEST_TIMEOUT_MS,
        logger=quiet,
        retry=False,
    )
    http = httpx.AsyncClient(transport=bounded_transport.transport(), trust_env=False)
    return NotionApi(AsyncClient(options, client=http))


def _wait_s(error: APIResponseError, attempt: int) -> float:
    """Return how long Notion asks us to wait, or a growing pause when it does not say."""
    asked = error.headers.get("retry-after", "")
    return float(asked) if asked.isdigit() else _FIRST_WAIT_S * 2**attempt


def _failure(error: APIResponseError) -> ToolFailureError:
    message = cut(str(error), _MAX_MESSAGE_CHARS)
    _log.warning("notion_refused", code=str(error.code.value), status=error.status, why=message)
    if error.code in _BUSY:
        asked = error.headers.get("retry-after")
        wait = f"; it asks us to wait {asked} s" if asked else ""
        return UnreachableError(f"Notion answered {error.status}: {message}{wait}")
    return RefusedError(
        _REFUSALS.get(error.code, "invalid_arguments"), f"Notion answered {error.status}: {message}"
    )


def _silence(error: Exception) -> UnreachableError:
    _log.warning("notion_unreachable", error=repr(error)[:_MAX_MESSAGE_CHARS])
    if isinstance(error, RequestTimeoutError):
        return UnreachableError(f"Notion did not answer within {REQUEST_TIMEOUT_MS / 1000:g} s")
    return UnreachableError(
        f"Notion did not answer in a way that makes sense: {type(error).__name__}"
    )
