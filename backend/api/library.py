"""The runbooks server as the API asks it: opened with the first question, because few ask."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from backend.settings import ApiSettings
from sre_agent import ports
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.tools.endpoint import Endpoint

SERVER = "runbooks"
DEADLINE_S = 10.0


class Library:
    """The runbooks that specialists see. Use it as an async context manager."""

    def __init__(self, settings: ApiSettings, clock: ports.Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._toolbox: Any = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._toolbox is not None:
            await self._toolbox.aclose()

    async def ask(self, tool: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Return the server's answer; without a server that is a refusal."""
        url, token = self._settings.mcp_runbooks_url, self._settings.mcp_runbooks_read_token
        if url is None or token is None:
            return ToolResult(
                status=ToolStatus.UNREACHABLE,
                code="not_configured",
                reason="MCP_RUNBOOKS_URL or MCP_RUNBOOKS_READ_TOKEN is not set",
                observed_at=self._clock.now(),
            )
        async with self._opening:
            if self._toolbox is None:
                self._toolbox = await asyncio.to_thread(
                    _opened, Endpoint(url, token.get_secret_value()), self._clock
                )
        call = ToolCall(server=SERVER, tool=tool, arguments=dict(arguments))
        found: ToolResult = await self._toolbox.read(call, deadline_s=DEADLINE_S)
        return found


def _opened(endpoint: Endpoint, clock: ports.Clock) -> ports.Toolbox:
    # The client of the protocol takes half a second and 25 MB, which webhooks should not pay for.
    from sre_agent.tools.toolbox import McpToolbox  # noqa: PLC0415

    return McpToolbox({SERVER: endpoint}, clock)
