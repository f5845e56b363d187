"""Carry out an approved plan: one grant per action, each action at most once."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Action
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext


async def execute(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["verify", "conclude"]]:
    """Do the plan's actions in order; stop at the first that is not known to be done."""
    context = runtime.context
    id_ = run_state.incident_id(state)
    plan = run_state.plan(state)
    await context.incidents.set_status(
        id_,
        IncidentStatus.EXECUTING,
        reason="the plan is approved",
        step_key=f"status:executing:{plan.sha256}",
    )
    for action in plan.actions:
        failure = await _carry_out(context, id_, action)
        if failure is not None:
            return Command(
                goto="conclude",
                update={"end_status": IncidentStatus.ESCALATED.value, "end_reason": failure},
            )
    return Command(goto="verify", update={"actions_finished_at": context.clock.now().isoformat()})


async def _carry_out(context: RunContext, id_: IncidentId, action: Action) -> str | None:
    """Return None when the action is done, otherwise what a person must know."""
    halted = await context.incidents.writes_halted()
    if halted is not None:
        return f"writes are halted: {halted}"
    grant = await context.signer.mint(id_, action.id)
    if isinstance(grant, ports.GrantDenied):
        await context.journal.append(
            id_,
            EventDraft(
                actor="executor",
                kind=EventKind.GRANT_REFUSED,
                payload={"action_id": action.id, "reason": grant.reason},
                step_key=f"grant_refused:{action.id}",
            ),
        )
        return f"the signer gave no grant for {action.call}: {grant.reason}"
    # Written before the deed: when the audit cannot be written, this raises and nothing is done.
    await context.journal.append(
        id_,
        EventDraft(
            actor="executor",
            kind=EventKind.ACTION_STARTED,
            payload={
                "action_id": action.id,
                "call": action.call.model_dump(mode="json"),
                "target": str(action.target),
                "grant_id": grant.id,
            },
            step_key=f"action_started:{action.id}",
        ),
    )
    result = await _write(context, action, grant)
    await context.journal.append(
        id_,
        EventDraft(
            actor="executor",
            kind=EventKind.ACTION_FINISHED,
            payload={"action_id": action.id, "grant_id": grant.id, **_outcome(result)},
            step_key=f"action_finished:{action.id}",
        ),
    )
    if result.status is ToolStatus.OK:
        return None
    if result.status is ToolStatus.REFUSED:
        return f"{action.call} was refused ({result.code}): {result.reason}"
    return (
        f"it is unknown whether {action.call} was done: {result.reason}; "
        f"look for grant {grant.id} on {action.target}"
    )


async def _write(context: RunContext, action: Action, grant: ports.Grant) -> ToolResult:
    """Ask until the server answers: the grant's mark in the target makes asking again harmless."""
    limits = context.limits
    attempt = 1
    while True:
        result = await context.toolbox.write(
            action.call, grant=grant.token, deadline_s=limits.tool_deadline_s
        )
        answered = result.status in (ToolStatus.OK, ToolStatus.REFUSED)
        if answered or attempt >= limits.write_attempts:
            return result
        attempt += 1
        await context.clock.sleep(limits.write_retry_s)


def _outcome(result: ToolResult) -> dict[str, Any]:
    data = result.data or {}
    return {
        "status": result.status.value,
        "outcome": data.get(
            "outcome", "unknown" if result.status is not ToolStatus.REFUSED else "refused"
        ),
        "detail": data.get("detail") or result.reason,
        "code": result.code,
    }
