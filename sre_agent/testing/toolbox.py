"""A toolbox that answers as scripted and remembers what it was asked."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.testing.clock import START

Reply = ToolResult | Callable[[ToolCall], ToolResult]


def ok(data: Mapping[str, Any], **fields: Any) -> ToolResult:
    """Return an answer with data."""
    values = {"observed_at": START, **fields}
    return ToolResult(status=ToolStatus.OK, data=dict(data), **values)


def no_data(reason: str = "nothing matches") -> ToolResult:
    """Return an answer that says there is nothing."""
    return ToolResult(status=ToolStatus.NO_DATA, reason=reason, observed_at=START)


def refused(code: str, reason: str = "") -> ToolResult:
    """Return a refusal."""
    return ToolResult(
        status=ToolStatus.REFUSED, code=code, reason=reason or code, observed_at=START
    )


def unreachable(reason: str = "connection refused") -> ToolResult:
    """Return the silence of a server that cannot be reached."""
    return ToolResult(status=ToolStatus.UNREACHABLE, reason=reason, observed_at=START)


@dataclass(frozen=True)
class Asked:
    """A call as it came: in which mode, and with which grant."""

    mode: str
    call: ToolCall
    grant: str | None = None


@dataclass(frozen=True)
class Script:
    """One scripted reply: for calls of a tool whose arguments include these."""

    server: str
    tool: str
    reply: Reply
    arguments: Mapping[str, Any] = field(default_factory=dict)
    delay_s: float = 0.0
    mode: str | None = None

    def matches(self, asked: Asked) -> bool:
        """Return whether the reply is for this call, in this mode where it is for one only."""
        call = asked.call
        is_named = (call.server, call.tool) == (self.server, self.tool)
        has_arguments = all(
            call.arguments.get(key) == value for key, value in self.arguments.items()
        )
        return is_named and has_arguments and self.mode in {None, asked.mode}


class FakeToolbox:
    """A `Toolbox`. The last script that matches a call answers it; without one, there is no data."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self.asked: list[Asked] = []

    def on(
        self, server: str, tool: str, reply: Reply, *, delay_s: float = 0.0, **arguments: Any
    ) -> "FakeToolbox":
        """Script a reply for calls of a tool whose arguments include those given."""
        self._scripts.append(Script(server, tool, reply, arguments, delay_s))
        return self

    def on_write(self, server: str, tool: str, reply: Reply) -> "FakeToolbox":
        """Script a reply for real writes by a tool: its rehearsals are answered as before."""
        self._scripts.append(Script(server, tool, reply, mode="write"))
        return self

    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Answer a reading call; a reply slower than the deadline is an unreachable server."""
        return await self._answer(Asked("read", call), deadline_s)

    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Answer a dry run."""
        return await self._answer(Asked("rehearse", call), deadline_s)

    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Answer a real write."""
        return await self._answer(Asked("write", call, grant), deadline_s)

    async def _answer(self, asked: Asked, deadline_s: float) -> ToolResult:
        self.asked.append(asked)
        script = next((item for item in reversed(self._scripts) if item.matches(asked)), None)
        if script is None:
            return no_data(f"nothing is scripted for {asked.call}")
        await asyncio.sleep(min(script.delay_s, deadline_s))
        if script.delay_s > deadline_s:
            return unreachable(f"no answer within {deadline_s:g} s")
        return script.reply(asked.call) if callable(script.reply) else script.reply
