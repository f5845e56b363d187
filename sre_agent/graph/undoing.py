"""Look whether what was taken back is really back, and end with people either way."""

from datetime import datetime

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolCall
from sre_agent.graph import baseline, call_log, polling, run_state, steering
from sre_agent.graph.context import RunContext
from sre_agent.planning import undone
from sre_agent.planning.looks import Answer
from sre_agent.planning.undone import Finding, Seen, Undoing

_SAID = {
    Undoing.TAKEN_BACK: "It was taken back, and the trouble is as it was",
    Undoing.NOT_TAKEN_BACK: "It was taken back, and it did not take",
    Undoing.UNKNOWN: "It was taken back, and nobody can tell whether it took",
}


async def watch(
    context: RunContext, state: run_state.RunState, plan: Plan
) -> run_state.RunState | None:
    """Return how the run ends once the undo took or its time is over; None where the run is over."""
    id_ = run_state.incident_id(state)
    finished_at = datetime.fromisoformat(state["actions_finished_at"])
    before = baseline.read(await context.incidents.events(id_))
    await context.incidents.set_status(
        id_,
        IncidentStatus.VERIFYING,
        reason="the repair is taken back; looking whether it took",
        step_key=f"status:verifying:{plan.sha256}",
    )
    asking, asked = polling.polled(context, id_, call_log.VERIFIER)
    while True:
        if steering.is_over(state, await context.incidents.load(id_)):
            return None
        seen = Seen(
            before=before,
            now=[await _read(asking, call) for call in undone.calls(plan)],
            again=[await _rehearse(asking, call) for call in undone.rehearsals(plan)],
            finished_at=finished_at,
            at=context.clock.now(),
        )
        found = undone.judge(plan, seen)
        if found.outcome is not Undoing.PENDING:
            break
        await context.clock.sleep(context.limits.sample_interval_s)
    await asked.close()
    await _record(context, state, plan, found)
    return {
        "end_status": IncidentStatus.ESCALATED.value,
        "end_reason": f"{_SAID[found.outcome]}: {found.reason}",
    }


async def _read(context: RunContext, call: ToolCall) -> Answer:
    deadline_s = context.limits.tool_deadline_s
    return Answer(call, await context.toolbox.read(call, deadline_s=deadline_s))


async def _rehearse(context: RunContext, call: ToolCall) -> Answer:
    deadline_s = context.deadline_s(call)
    return Answer(call, await context.toolbox.rehearse(call, deadline_s=deadline_s))


async def _record(
    context: RunContext, state: run_state.RunState, plan: Plan, found: Finding
) -> None:
    draft = EventDraft(
        actor="verifier",
        kind=EventKind.UNDO_VERIFIED,
        payload={
            "result": found.outcome.value,
            "reason": found.reason,
            "checks": list(found.checks),
            "plan_sha256": plan.sha256,
        },
        step_key=f"{EventKind.UNDO_VERIFIED.value}:{plan.sha256}",
    )
    await context.journal.append(run_state.incident_id(state), draft)
