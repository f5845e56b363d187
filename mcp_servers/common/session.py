"""One kind of session (reading or writing) as an MCP server that speaks in envelopes."""

import asyncio
import json
import time
from typing import Any

import structlog
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, InputRequiredResult, TextContent
from pydantic import ValidationError
from typing_extensions import override

from mcp_servers.common import envelope, limits
from mcp_servers.common.clock import utc_now
from mcp_servers.common.envelope import RefusedError, ToolFailureError, UnreachableError
from mcp_servers.common.toolset import CALL_PARAMETER, Call, Tool, described

GRANT_META_KEY = "sre-agent.io/grant"
"""The key under `_meta` of a call that carries the grant, out of any model's sight."""

_CRASH = RefusedError("internal_error", "the tool failed; the log of its server says why")

_log = structlog.get_logger()


class Session(MCPServer):
    """An MCP server that holds only the tools of its kind of session.

    A tool that is not here cannot be listed, described or called, whatever a caller sends.
    """

    def __init__(self, name: str, version: str, tools: tuple[Tool, ...]) -> None:
        self._by_name = {tool.name: tool for tool in tools}
        self._protocol = {tool.name: described(tool) for tool in tools}
        super().__init__(
            name, version=version, tools=list(self._protocol.values()), subscriptions=False
        )

    @override
    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        started = time.perf_counter()
        try:
            content = await self._answer(name, arguments, _grant_of(context))
        except ToolFailureError as failure:
            content = envelope.failed(failure, utc_now())
        except Exception:  # noqa: BLE001 - the outermost loop of a call: a crash is told, not leaked
            _log.exception("tool_crashed", tool=name)
            content = envelope.failed(_CRASH, utc_now())
        _log.info(
            "tool_called",
            tool=name,
            status=content["status"],
            code=content.get("code", ""),
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return _result(content)

    async def _answer(
        self, name: str, arguments: dict[str, Any], grant: str | None
    ) -> dict[str, Any]:
        tool = self._by_name.get(name)
        if tool is None:
            raise RefusedError("unknown_tool", f"this session has no tool named {name!r}")
        values = self._validated(name, arguments)
        if tool.writes:
            values[CALL_PARAMETER] = Call(tool=name, arguments=arguments, grant=grant)
        try:
            async with asyncio.timeout(tool.deadline_s):
                answer = await tool.run(**values)
        except TimeoutError as err:
            raise UnreachableError(f"no answer within {tool.deadline_s:g} s") from err
        return envelope.ok(answer, utc_now())

    def _validated(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Check arguments against the tool's signature; an unknown one is a mistake, not noise."""
        metadata = self._protocol[name].fn_metadata
        unknown = sorted(set(arguments) - set(metadata.arg_model.model_fields))
        if unknown:
            raise RefusedError("invalid_arguments", f"unknown argument: {', '.join(unknown)}")
        try:
            return dict(metadata.arg_model.model_validate(arguments).model_dump_one_level())
        except ValidationError as err:
            problems = (
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
                for problem in err.errors(include_input=False, include_url=False)
            )
            raise RefusedError("invalid_arguments", "; ".join(problems)) from err


def _grant_of(context: Context[Any, Any] | None) -> str | None:
    meta = context.request_context.meta if context is not None else None
    grant = dict(meta).get(GRANT_META_KEY) if meta else None
    return grant if isinstance(grant, str) else None


def _result(content: dict[str, Any]) -> CallToolResult:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if len(text) > limits.MAX_ANSWER_BYTES:
        refusal = RefusedError(
            "answer_too_large", f"the answer has {len(text)} bytes: ask for less"
        )
        content = envelope.failed(refusal, utc_now())
        text = json.dumps(content)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=content,
        is_error=content["status"] in {"refused", "unreachable"},
    )
