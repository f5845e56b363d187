"""One way into one server: a URL, a token, and connections that are kept.

Each exchange is self-contained: what breaks one breaks nothing else, and there is no session state
to lose when a server restarts.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, cast

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, RequestParamsMeta
from mcp_types.version import LATEST_MODERN_VERSION

from sre_agent.tools import transport

CONNECT_TIMEOUT_S = 2.0
"""How long opening a connection may take, within the call's own deadline."""

AUDIENCE_META_KEY = "sre-agent.io/audience"
"""Under it, a writing tool says whom grants for it must be made out to."""

_NOBODY_BEHIND = frozenset({502, 503})
"""What a proxy answers for a server that is not there; our servers answer no call so."""


class ServerAwayError(httpx2.NetworkError):
    """A proxy answered in the place of a server that is away."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server says of a tool: that it only reads, and whom grants must be made out to."""

    only_reads: bool
    audience: str


@dataclass(frozen=True, slots=True)
class Session:
    """What a token opens: reading tools, or writing ones."""

    url: str
    http: httpx2.AsyncClient

    @classmethod
    def opened_by(cls, token: str, url: str, tls: ssl.SSLContext) -> Self:
        """Return the session of a token; connections open with the first call."""
        http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
            transport=transport.opened(tls),
            trust_env=False,
            event_hooks={"response": [_require_server]},
        )
        return cls(url, http)

    async def call(
        self, tool: str, arguments: dict[str, Any], meta: dict[str, Any]
    ) -> CallToolResult:
        """Make one call; every failure of the exchange is raised, most of them in groups."""
        params = CallToolRequestParams(
            name=tool, arguments=arguments, meta=cast(RequestParamsMeta, meta)
        )
        with _cancellation_first():
            async with self._exchange() as client:
                return await client.session.send_request(
                    CallToolRequest(params=params), CallToolResult
                )

    async def tool_names(self) -> frozenset[str]:
        """Return the names of the tools that this session can see."""
        with _cancellation_first():
            async with self._exchange() as client:
                return frozenset(tool.name for tool in (await client.list_tools()).tools)

    async def tools(self) -> dict[str, Offer]:
        """Return every tool that this session can see, by its name."""
        with _cancellation_first():
            async with self._exchange() as client:
                listed = (await client.list_tools()).tools
        return {
            tool.name: Offer(
                only_reads=bool(tool.annotations and tool.annotations.read_only_hint),
                audience=str((tool.meta or {}).get(AUDIENCE_META_KEY, "")),
            )
            for tool in listed
        }

    def _exchange(self) -> Client:
        exchange = streamable_http_client(self.url, http_client=self.http, terminate_on_close=False)
        return Client(exchange, mode=LATEST_MODERN_VERSION, cache=None)


@contextmanager
def _cancellation_first() -> Iterator[None]:
    """Let what was cancelled end as cancelled.

    An answer that arrives while its exchange is taken down finds no reader, and the client raises that in the
    cancellation's place: a deadline would then be no deadline to whoever set it.
    """
    try:
        yield
    except ExceptionGroup as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        raise


async def _require_server(response: httpx2.Response) -> None:
    """Take the word of a proxy that nobody is there for what a refused connection says."""
    code = response.status_code
    if code in _NOBODY_BEHIND:
        raise ServerAwayError(f"{code} in place of an answer", request=response.request)
