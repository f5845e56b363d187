"""A tool: a plain function over a client, and what a caller must know before calling it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver.tools import Tool as ProtocolTool
from mcp_types import ToolAnnotations

from mcp_servers.common.envelope import Answer

DEFAULT_DEADLINE_S = 20.0
"""How long a tool may take; specialists have 30 s in all."""

CALL_PARAMETER = "call"
"""The parameter through which a writing tool receives the call itself, unseen by the caller."""


AUDIENCE_META_KEY = "sre-agent.io/audience"
"""The key under `_meta` of a listed tool that says whom grants for it must be made out to."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a writing tool as it arrived: its arguments untouched, its grant if it has one."""

    tool: str
    arguments: dict[str, Any]
    grant: str | None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that answers; its docstring is the description, its signature the schema.

    A writing tool takes the `Call` as its first parameter.
    """

    run: Callable[..., Awaitable[Answer]]
    writes: bool = False
    deadline_s: float = DEFAULT_DEADLINE_S
    audience: str = ""
    """Whom a grant for it must be made out to; whoever lists the tool is told."""

    @property
    def name(self) -> str:
        """Return the name it is called by."""
        return self.run.__name__


def described(tool: Tool) -> ProtocolTool:
    """Return the tool as the protocol lists it, with a schema that wastes no tokens."""
    protocol_tool = ProtocolTool.from_function(
        tool.run,
        description=" ".join((tool.run.__doc__ or "").split()),
        context_kwarg=CALL_PARAMETER if tool.writes else None,
        structured_output=False,
        meta={AUDIENCE_META_KEY: tool.audience} if tool.audience else None,
        annotations=ToolAnnotations(
            read_only_hint=not tool.writes,
            destructive_hint=tool.writes,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )
    schema = _without_titles(protocol_tool.parameters) | {"additionalProperties": False}
    return protocol_tool.model_copy(update={"parameters": schema})


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop the generated titles, which only repeat the names."""
    return {
        key: _without_titles(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
