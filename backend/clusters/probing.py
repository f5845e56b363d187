"""What servers are asked to see whether they work: what they offer, and one cheap, real question."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sre_agent import ports
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.tools.endpoint import Endpoint

if TYPE_CHECKING:
    from sre_agent.tools.session import Offer

_QUESTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "kubernetes": ("list_namespaces", {}),
    "prometheus": ("instant_query", {"query": "vector(1)", "limit": 1}),
    "loki": ("label_names", {}),
    "jaeger": ("list_traced_services", {}),
    "runbooks": ("list_stale", {"limit": 1}),
    "github": ("list_releases", {"limit": 1}),
}


def tool_of(system: str) -> str:
    """Return the tool that is asked."""
    return _QUESTIONS[system][0]


def question(system: str) -> ToolCall:
    """Return the call that is made."""
    tool, arguments = _QUESTIONS[system]
    return ToolCall(server=system, tool=tool, arguments=dict(arguments))


async def probe(
    system: str, endpoint: Endpoint, clock: ports.Clock, *, deadline_s: float
) -> ToolResult:
    """Ask a server and return what came of it."""
    toolbox_module = await asyncio.to_thread(_load_toolbox)
    reading = Endpoint(endpoint.url, endpoint.read_token)
    async with toolbox_module.McpToolbox({system: reading}, clock, wait_s=0) as toolbox:
        found: ToolResult = await toolbox.read(question(system), deadline_s=deadline_s)
    return found


async def list_tools(
    url: str, token: str, clock: ports.Clock, *, deadline_s: float
) -> "dict[str, Offer] | ToolResult":
    """Return every tool a token opens, or what went wrong."""
    inspection = await asyncio.to_thread(_load_inspection)
    found: dict[str, Offer] | ToolResult = await inspection.list_tools(
        url, token, clock, deadline_s=deadline_s
    )
    return found


# The client of the protocol takes half a second and 25 MB, which webhooks should not pay for.


def _load_toolbox() -> Any:
    from sre_agent.tools import toolbox  # noqa: PLC0415

    return toolbox


def _load_inspection() -> Any:
    from sre_agent.tools import inspection  # noqa: PLC0415

    return inspection
