"""The toolbox port over MCP's streamable HTTP.

Every call is one request: our servers keep no sessions, so none has to be opened, kept alive or
mended, and a server that was restarted in between is not noticed.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CONNECTION_CLOSED, CallToolResult
from mcp_types.version import LATEST_MODERN_VERSION
from pydantic import ValidationError
from typing_extensions import override

from sre_agent import ports
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.grant import META_KEY
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoints import Endpoints

_CONNECT_TIMEOUT_S = 3.0
_UNAUTHENTICATED = -32001


class McpToolbox(ports.Toolbox):
    """The servers of one cluster; enter it to hold their connections open."""

    def __init__(self, endpoints: Endpoints, clock: ports.Clock) -> None:
        self._endpoints = endpoints
        self._clock = clock
        self._http: Mapping[tuple[str, bool], httpx2.AsyncClient] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open one connection pool for each kind of session of each server."""
        pools: dict[tuple[str, bool], httpx2.AsyncClient] = {}
        for name, endpoint in self._endpoints.items():
            for writes, token in ((False, endpoint.read_token), (True, endpoint.write_token)):
                if token is not None:
                    pools[name, writes] = await self._stack.enter_async_context(_client(token))
        self._http = pools
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        self._http = {}
        await self._stack.aclose()

    @override
    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        return await self._call(call, writes=False, deadline_s=deadline_s)

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        dry = call.model_copy(update={"arguments": {**call.arguments, "dry_run": True}})
        return await self._call(dry, writes=True, deadline_s=deadline_s)

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        return await self._call(call, writes=True, deadline_s=deadline_s, grant=grant)

    async def list_tools(self, server: str, *, writes: bool = False) -> tuple[str, ...]:
        """Return the names of the tools that a session of this kind can see.

        Raises:
            PermanentError: The server, or a session of this kind, is not configured.
            TransientError: The server does not answer.
        """
        pool = self._http.get((server, writes))
        if pool is None:
            raise PermanentError(f"no such session is configured for the server {server!r}")
        async with self._open(server, pool) as client:
            listed = await client.list_tools()
        return tuple(tool.name for tool in listed.tools)

    def _open(self, server: str, pool: httpx2.AsyncClient) -> Client:
        transport = streamable_http_client(self._endpoints[server].url, http_client=pool)
        return Client(transport, mode=LATEST_MODERN_VERSION, cache=None)

    async def _call(
        self, call: ToolCall, *, writes: bool, deadline_s: float, grant: str | None = None
    ) -> ToolResult:
        pool = self._http.get((call.server, writes))
        if pool is None:
            kind = "writing" if writes else "reading"
            return self._refused(
                "not_configured", f"no {kind} session for {call.server!r} is configured"
            )
        meta: dict[str, Any] | None = {META_KEY: grant} if grant is not None else None
        try:
            async with asyncio.timeout(deadline_s):
                async with self._open(call.server, pool) as client:
                    answer = await client.call_tool(call.tool, call.arguments, meta=meta)  # type: ignore[arg-type] # a TypedDict that allows any further key
        except TimeoutError:
            return self._unreachable(f"{call.server} did not answer within {deadline_s:g} s")
        except BaseExceptionGroup as group:
            return self._translate(call, group)
        except (MCPError, httpx2.HTTPError, OSError) as error:
            return self._translate(call, error)
        return self._read(call, answer)

    def _read(self, call: ToolCall, answer: CallToolResult) -> ToolResult:
        try:
            return ToolResult.model_validate(answer.structured_content)
        except ValidationError:
            return self._refused(
                "malformed_answer", f"{call.server}.{call.tool} answered in a form of its own"
            )

    def _translate(self, call: ToolCall, error: BaseException) -> ToolResult:
        """Tell a server that says no from one that says nothing; pass cancellation on."""
        leaves = _leaves(error)
        for leaf in leaves:
            if not isinstance(leaf, MCPError | httpx2.HTTPError | OSError):
                raise leaf
        for leaf in leaves:
            refusal = self._refusal(call, leaf)
            if refusal is not None:
                return refusal
        reason = "; ".join(str(leaf) or type(leaf).__name__ for leaf in leaves)
        return self._unreachable(f"{call.server} is unreachable: {reason}")

    def _refusal(self, call: ToolCall, leaf: BaseException) -> ToolResult | None:
        """Return the refusal that an error stands for, or None when nobody answered."""
        if isinstance(leaf, MCPError) and leaf.error.code != CONNECTION_CLOSED:
            unauthenticated = leaf.error.code == _UNAUTHENTICATED
            code = "unauthenticated" if unauthenticated else "protocol_error"
            return self._refused(code, f"{call.server}: {leaf.error.message}")
        if isinstance(leaf, httpx2.HTTPStatusError) and leaf.response.is_client_error:
            return self._refused(
                "rejected", f"{call.server} answered HTTP {leaf.response.status_code}"
            )
        return None

    def _refused(self, code: str, reason: str) -> ToolResult:
        return ToolResult(
            status=ToolStatus.REFUSED, code=code, reason=reason, observed_at=self._clock.now()
        )

    def _unreachable(self, reason: str) -> ToolResult:
        return ToolResult(
            status=ToolStatus.UNREACHABLE, reason=reason, observed_at=self._clock.now()
        )


def _client(token: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"},
        timeout=httpx2.Timeout(60.0, connect=_CONNECT_TIMEOUT_S),
        trust_env=False,
    )


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for child in error.exceptions for leaf in _leaves(child)]
    return [error]
