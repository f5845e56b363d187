"""The MCP servers of one cluster, as the toolbox of a run."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2
import structlog
from mcp import MCPError
from mcp_types import CallToolResult
from pydantic import ValidationError

from sre_agent.domain.grant import META_KEY
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.ports import Clock
from sre_agent.tools import absences, results, trust
from sre_agent.tools.absences import Absences
from sre_agent.tools.endpoint import Endpoint
from sre_agent.tools.session import Session

_FAILURES = (MCPError, ExceptionGroup, ValidationError, httpx2.HTTPError, OSError)
"""How an exchange can fail; a group may hold several."""

_log = structlog.get_logger()


class McpToolbox:
    """Implements the brain's `Toolbox` port over streamable HTTP.

    A server that is away is waited for, for at most `wait_s` seconds and within each call's deadline.
    Use it as an async context manager, or call `aclose` at the end.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        clock: Clock,
        *,
        wait_s: float = absences.WAIT_S,
    ) -> None:
        self._clock = clock
        self._absences = Absences(clock, wait_s)
        tls = trust.authorities()
        self._reading = {
            server: Session.opened_by(endpoint.read_token, endpoint.url, tls)
            for server, endpoint in endpoints.items()
        }
        self._writing = {
            server: Session.opened_by(endpoint.write_token, endpoint.url, tls)
            for server, endpoint in endpoints.items()
            if endpoint.write_token is not None
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        for session in (*self._reading.values(), *self._writing.values()):
            await session.http.aclose()

    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Call a tool in a read session, which has no tool that writes."""
        return await self._call(self._reading.get(call.server), call, {}, deadline_s)

    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Call a writing tool with `dry_run`."""
        rehearsal = call.model_copy(update={"arguments": {**call.arguments, "dry_run": True}})
        return await self._call(self._writing.get(call.server), rehearsal, {}, deadline_s)

    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Call a writing tool for real; the grant travels beside the arguments, not among them."""
        arguments = {key: value for key, value in call.arguments.items() if key != "dry_run"}
        deed = call.model_copy(update={"arguments": arguments})
        return await self._call(self._writing.get(call.server), deed, {META_KEY: grant}, deadline_s)

    async def list_tools(self, server: str, *, deadline_s: float = 5.0) -> dict[str, bool]:
        """Return the name of every tool a server offers, and whether it writes.

        Raises:
            ConnectionError: The server is not configured or did not answer.
        """
        found: dict[str, bool] = {}
        for sessions, writes in ((self._reading, False), (self._writing, True)):
            session = sessions.get(server)
            if session is None:
                continue
            try:
                async with asyncio.timeout(deadline_s):
                    found |= dict.fromkeys(await session.tool_names(), writes)
            except (*_FAILURES, TimeoutError) as error:
                raise ConnectionError(f"{server} did not list its tools") from error
        if not found:
            raise ConnectionError(f"no server named {server} is configured")
        return found

    async def _call(
        self,
        session: Session | None,
        call: ToolCall,
        meta: dict[str, Any],
        deadline_s: float,
    ) -> ToolResult:
        if session is None:
            reason = f"{call.server} is not configured for {call.tool}"
            return results.refused("not_configured", reason, self._clock.now())
        try:
            async with asyncio.timeout(deadline_s):
                answer = await self._answered(session, call, meta)
        except TimeoutError:
            reason = f"{call.server} did not answer within {deadline_s:g} s"
            result = results.unreachable(reason, self._clock.now())
        except _FAILURES as error:
            failure = results.of_failure(error, self._clock.now())
            if failure is None:
                raise
            result = failure
        else:
            return results.of_answer(answer, self._clock.now())
        _log.warning("tool_call_failed", server=call.server, tool=call.tool, why=result.reason)
        return result

    async def _answered(
        self, session: Session, call: ToolCall, meta: dict[str, Any]
    ) -> CallToolResult:
        """Ask until the server is back. What bears a grant is asked once: it may have been done."""
        while True:
            try:
                answer = await session.call(call.tool, dict(call.arguments), meta)
            except _FAILURES as error:
                is_away = absences.is_one(error)
                if not is_away:
                    self._absences.end(call.server)
                if meta or not is_away or not self._absences.is_short(call.server):
                    raise
                await self._clock.sleep(absences.GLANCE_S)
            else:
                self._absences.end(call.server)
                return answer
