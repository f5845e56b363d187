"""A write that is asked for: as long as nobody stops it, and again while it is refused for now only."""

from dataclasses import dataclass

from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.events import EventDraft
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.tools import ToolResult
from sre_agent.graph import call_log
from sre_agent.graph.context import RunContext
from sre_agent.graph.patience import Patience


@dataclass(frozen=True)
class Told:
    """What a write was answered, and the entry of its call."""

    result: ToolResult
    told: EventDraft


async def ask(patience: Patience, grant: ports.Grant, *, may_be_done: bool) -> Told | str:
    """Ask, and again while the refusal is for now only; return why it may not be asked for, if so."""
    context, id_, action = patience.context, patience.incident_id, patience.action
    while True:
        halted = await _obstacle(context, id_, is_begun=may_be_done or patience.has_waited)
        if halted is not None:
            return halted
        asked = context.toolbox.write(
            action.call, grant=grant.token, deadline_s=context.deadline_s(action.call)
        )
        made = await call_log.timed("write", action.call, asked)
        about = {"action_id": action.id, "grant_id": grant.id}
        told = call_log.draft(call_log.EXECUTOR, made, **about)
        if not patience.is_for(made.result):
            return Told(made.result, told)
        await context.journal.append(id_, told)
        await patience.wait(made.result)


async def _obstacle(context: RunContext, id_: IncidentId, *, is_begun: bool) -> str | None:
    """Return why the write may not be asked for now, or not again."""
    halted = await context.incidents.writes_halted(id_)
    if halted is not None:
        return f"writes are halted: {halted}"
    if not is_begun:
        return None  # nobody held the incident when the start was written down
    incident = await context.incidents.load(id_)
    return steering.obstacle(incident)
