"""How things are right before a plan is carried out, kept as evidence to compare with afterwards."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sre_agent.domain import runs
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.plan import Plan
from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.graph import call_log, run_state
from sre_agent.graph.context import RunContext
from sre_agent.planning import looks
from sre_agent.planning.looks import Answer

OBSERVER = call_log.VERIFIER
"""Who brings this evidence."""

_KINDS = {
    "golden_signals": "metrics.golden_signals",
    "list_alerts": "metrics.alerts",
    "describe_workload": "kubernetes.workload",
}


async def take(context: RunContext, state: run_state.RunState, plan: Plan) -> None:
    """Look once at all that will be verified, unless an action has begun or it was done before.

    What gives no answer is no evidence: then nothing can be called better or worse by it.
    """
    id_ = run_state.incident_id(state)
    log = runs.present(await context.incidents.events(id_))
    if any(_is_late(event, plan) for event in log):
        return
    # All at once: what does not answer holds up the repair for one deadline, not for several.
    async with asyncio.TaskGroup() as group:
        asked = [(call, group.create_task(_look(context, call))) for call in calls(plan)]
    drafts = []
    for number, (call, task) in enumerate(asked, start=1):
        made = task.result()
        result = made.result
        if result.status is ToolStatus.OK and result.data is not None:
            name = runs.of_run(run_state.run(state), f"before-{plan.sha256[:8]}.{number}")
            drafts.append(call_log.draft(OBSERVER, made, evidence_id=name))
            drafts.append(_draft(EvidenceId(name), call, result))
        else:
            drafts.append(call_log.draft(OBSERVER, made))
    await context.journal.append_all(id_, drafts)


async def _look(context: RunContext, call: ToolCall) -> call_log.Made:
    answer = context.toolbox.read(call, deadline_s=context.limits.tool_deadline_s)
    return await call_log.timed("read", call, answer)


def calls(plan: Plan) -> tuple[ToolCall, ...]:
    """Return what to look at for a plan: all that is verified, and each workload that is changed."""
    wanted = [call for action in plan.actions for call in looks.calls(action.verification)]
    wanted += [
        looks.description(item.target) for item in plan.actions if looks.is_workload(item.target)
    ]
    return tuple({str(call): call for call in wanted}.values())


def read(log: Sequence[Event]) -> tuple[Answer, ...]:
    """Return what was seen right before the newest plan of a run was carried out."""
    seen = [
        Evidence.model_validate(event.payload["evidence"])
        for event in runs.present(log)
        if event.kind is EventKind.EVIDENCE_ADDED and event.actor == OBSERVER
    ]
    return tuple(Answer(item.call, _result(item.facts, item.observed_at)) for item in seen)


def _is_late(event: Event, plan: Plan) -> bool:
    """Return whether an event says that it is too late for a look at how things were."""
    ids = {action.id for action in plan.actions}
    return event.kind is EventKind.ACTION_STARTED and event.payload.get("action_id") in ids


def _result(facts: dict[str, object], observed_at: datetime) -> ToolResult:
    return ToolResult(status=ToolStatus.OK, data=facts, observed_at=observed_at)


def _draft(id_: EvidenceId, call: ToolCall, result: ToolResult) -> EventDraft:
    where = "/".join(
        str(call.arguments[key])
        for key in ("namespace", "service", "name")
        if key in call.arguments
    )
    evidence = Evidence(
        id=id_,
        kind=_KINDS[call.tool],
        specialist=OBSERVER,
        call=call,
        subject=None,
        facts=result.data or {},
        summary=f"right before the action: {call.tool} of {where or 'the cluster'}",
        left_out=result.left_out,
        observed_at=result.observed_at,
    )
    return EventDraft(
        actor=OBSERVER,
        kind=EventKind.EVIDENCE_ADDED,
        payload={"evidence": evidence.model_dump(mode="json")},
        step_key=f"evidence:{id_}",
    )
