"""Every call to a tool as an entry of its incident's log, in one form whoever made it."""

import asyncio
import uuid
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph.context import RunContext
from sre_agent.safety import redaction

PLANNER = "planner"
EXECUTOR = "executor"
VERIFIER = "verifier"


@dataclass(frozen=True)
class Made:
    """A call that was made: as a `read`, `rehearse` or `write`, what came of it, and how long it took."""

    mode: str
    call: ToolCall
    result: ToolResult
    duration_ms: float


async def timed(mode: str, call: ToolCall, answer: Awaitable[ToolResult]) -> Made:
    """Return the call with its answer once that is there."""
    clock = asyncio.get_running_loop()
    started_s = clock.time()
    result = await answer
    return Made(mode, call, result, (clock.time() - started_s) * 1000)


def payload(made: Made) -> dict[str, Any]:
    """Return what the log says of a call: its arguments in full, secrets in them masked.

    Of the answer it has status, code and reason; what is made of it is evidence, or the event of a deed.
    """
    result = made.result
    return {
        "call": redaction.redact_json(made.call.model_dump(mode="json")),
        "mode": made.mode,
        "status": result.status.value,
        "code": result.code,
        "reason": redaction.redact(result.reason),
        "left_out": list(result.left_out),
        "duration_ms": round(made.duration_ms, 1),
    }


def draft(actor: str, made: Made, **about: Any) -> EventDraft:
    """Return the entry of a call."""
    return entry(actor, {**payload(made), **about})


def entry(actor: str, told: dict[str, Any]) -> EventDraft:
    """Return an entry with a key of its own: what is asked again after a crash was asked twice."""
    key = f"tool_called:{actor}:{uuid.uuid4().hex}"
    return EventDraft(actor=actor, kind=EventKind.TOOL_CALLED, payload=told, step_key=key)


@dataclass(frozen=True)
class LoggedToolbox:
    """Implements `Toolbox` by another one, and logs each call as it ends."""

    inner: ports.Toolbox
    context: RunContext
    incident_id: IncidentId
    actor: str
    about: Mapping[str, Any] = field(default_factory=dict)
    """What is said of each call beside itself; never a grant's token."""

    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Read, and log it."""
        return await self._log("read", call, self.inner.read(call, deadline_s=deadline_s))

    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Rehearse, and log it."""
        return await self._log("rehearse", call, self.inner.rehearse(call, deadline_s=deadline_s))

    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Write, and log it."""
        answer = self.inner.write(call, grant=grant, deadline_s=deadline_s)
        return await self._log("write", call, answer)

    async def _log(self, mode: str, call: ToolCall, answer: Awaitable[ToolResult]) -> ToolResult:
        made = await timed(mode, call, answer)
        told = draft(self.actor, made, **self.about)
        await self.context.journal.append(self.incident_id, told)
        return made.result


def logged(context: RunContext, incident_id: IncidentId, actor: str, **about: Any) -> RunContext:
    """Return the context with every call of its toolbox logged in the incident's log."""
    box = LoggedToolbox(context.toolbox, context, incident_id, actor, about)
    return replace(context, toolbox=box)
