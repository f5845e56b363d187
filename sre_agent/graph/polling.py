"""Questions that are asked again and again are logged by what changes, and at the end by their number."""

import copy
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Any

from sre_agent import ports
from sre_agent.domain import canonical
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.tools import ToolCall, ToolResult
from sre_agent.graph import call_log
from sre_agent.graph.context import RunContext

Json = dict[str, Any]

CHANGES_MAX = 10
"""So many changes of one question's status are logged as they come; more are only counted."""


@dataclass
class Polled:
    """Implements `Toolbox` by another one; logs the first call of a kind and changes of its status.

    Calls in between are counted by status. `tally` is plain JSON, so that who polls over several
    steps of a run can keep it; `close` logs what was counted, and empties it.
    """

    inner: ports.Toolbox
    context: RunContext
    incident_id: IncidentId
    actor: str
    tally: dict[str, Json] = field(default_factory=dict)

    async def read(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Read, and log or count it."""
        return await self._note("read", call, self.inner.read(call, deadline_s=deadline_s))

    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        """Rehearse, and log or count it."""
        return await self._note("rehearse", call, self.inner.rehearse(call, deadline_s=deadline_s))

    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        """Write, and log it: no write is only counted."""
        box = call_log.LoggedToolbox(self.inner, self.context, self.incident_id, self.actor)
        return await box.write(call, grant=grant, deadline_s=deadline_s)

    async def close(self) -> None:
        """Log how often each question was asked beside what was logged, and how that took in all."""
        kept = list(self.tally.values())
        self.tally.clear()
        told = [payload for each in kept for payload in each["counted"].values()]
        if told:
            drafts = [call_log.entry(self.actor, payload) for payload in told]
            await self.context.journal.append_all(self.incident_id, drafts)

    async def _note(self, mode: str, call: ToolCall, answer: Awaitable[ToolResult]) -> ToolResult:
        made = await call_log.timed(mode, call, answer)
        key = canonical.sha256({"mode": mode, "call": call.model_dump(mode="json")})
        kept = self.tally.setdefault(key, {"last": None, "changes": -1, "counted": {}})
        standing = f"{made.result.status.value}:{made.result.code}"
        is_news, kept["last"] = standing != kept["last"], standing
        if is_news and kept["changes"] < CHANGES_MAX:
            kept["changes"] += 1
            told = call_log.draft(self.actor, made)
            await self.context.journal.append(self.incident_id, told)
        else:
            _count(kept["counted"], standing, made)
        return made.result


def _count(counted: dict[str, Json], standing: str, made: call_log.Made) -> None:
    """Add a call to those of its status; their durations add up, the newest reason stays."""
    before = counted.get(standing, {"times": 0, "duration_ms": 0.0})
    counted[standing] = {
        **call_log.payload(made),
        "times": before["times"] + 1,
        "duration_ms": round(before["duration_ms"] + made.duration_ms, 1),
    }


def polled(
    context: RunContext,
    incident_id: IncidentId,
    actor: str,
    tally: dict[str, Json] | None = None,
) -> tuple[RunContext, Polled]:
    """Return the context with what its toolbox is asked logged by what changes, and what to close."""
    box = Polled(context.toolbox, context, incident_id, actor, copy.deepcopy(tally or {}))
    return replace(context, toolbox=box), box
