"""Wait for a person, without holding anything while waiting."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Decision, Verdict
from sre_agent.graph import call_log, polling, rehearsal, run_state
from sre_agent.graph.context import RunContext

_Next = Command[Literal["approve", "execute", "conclude", "reflect", "renew"]]


async def approve(state: run_state.RunState, runtime: Runtime[RunContext]) -> _Next:
    """Ask for a decision on the plan and stop until there is one.

    Whoever wakes it while there is none has it look whether the plan still shows what is; it looks
    once more when there is one.

    The run resumes by starting this node again, so asking twice for the same plan is one request.
    What the resuming call brings along is not believed: the decision is read from where it was
    taken.
    """
    incidents = runtime.context.incidents
    id_ = run_state.incident_id(state)
    if await _is_dismissed(incidents, state):
        return await _look_again(runtime.context, state)
    approval = await incidents.request_approval(
        id_, run_state.plan(state), run_state.rulings(state)
    )
    await incidents.set_status(
        id_,
        IncidentStatus.AWAITING_APPROVAL,
        reason="the plan needs a person's decision",
        step_key=f"status:awaiting:{approval.id}",
    )
    plan = run_state.plan(state)
    decision = await incidents.decision(approval.id)
    if decision is None:
        interrupt({"approval_id": approval.id})
        decision = await incidents.decision(approval.id)
    if decision is None:
        asking, seen = _looking(runtime.context, state)
        changed = await rehearsal.find_change(asking, plan, is_waiting=True)
        if changed:
            await seen.close()
            return _anew(plan, approval.id, changed)
        # Begun anew it waits anew: an interrupt that was answered once is answered for good.
        return Command(goto="approve", update={"looks": seen.tally})
    if await _is_dismissed(incidents, state):
        return await _look_again(runtime.context, state)
    return await _follow(runtime.context, state, decision)


def _looking(context: RunContext, state: run_state.RunState) -> tuple[RunContext, polling.Polled]:
    id_, looks = run_state.incident_id(state), state.get("looks")
    return polling.polled(context, id_, call_log.PLANNER, looks)


async def _follow(context: RunContext, state: run_state.RunState, decision: Decision) -> _Next:
    """Go where the decision leads: a yes only as long as things are as they were shown."""
    rest = run_state.plan(state).without(decision.without)
    asking, seen = _looking(context, state)
    is_yes = decision.verdict is Verdict.APPROVED
    changed = await rehearsal.find_change(asking, rest) if is_yes else None
    await seen.close()
    match decision.verdict:
        case Verdict.APPROVED:
            if changed is not None:
                return _anew(rest, decision.approval_id, changed)
            return Command(goto="execute", update=_update(rest, decision.approval_id))
        case Verdict.VOIDED:
            return _anew(rest, decision.approval_id, decision.reason)
        case Verdict.REJECTED:
            return _end(state, f"{decision.actor} rejected the plan: {decision.reason}")
        case Verdict.EXPIRED:
            return _end(state, f"the request for approval expired: {decision.reason}")


def _end(state: run_state.RunState, said: str) -> _Next:
    update: run_state.RunState = {
        "end_status": IncidentStatus.ESCALATED.value,
        "end_reason": f"{said}{run_state.advice(state)}",
    }
    return Command(goto="conclude", update=update)


def _anew(plan: Plan, approval_id: str, changed: str) -> _Next:
    update = _update(plan, approval_id)
    update["changed"] = changed
    return Command(goto="renew", update=update)


def _update(plan: Plan, approval_id: str) -> run_state.RunState:
    return {"plan": plan.model_dump(mode="json"), "approval_id": approval_id, "looks": {}}


async def _is_dismissed(incidents: ports.Incidents, state: run_state.RunState) -> bool:
    """Return whether a person has said that what the plan repairs is not the cause."""
    plan = run_state.plan(state)
    asked = steering.read(await incidents.events(run_state.incident_id(state)))
    return not plan.is_revert and asked.dismisses(plan.fault_class, plan.cause_object)


async def _look_again(context: RunContext, state: run_state.RunState) -> _Next:
    _, seen = _looking(context, state)
    await seen.close()
    plan = run_state.plan(state)
    await context.incidents.set_status(
        run_state.incident_id(state),
        IncidentStatus.INVESTIGATING,
        reason="the cause that the plan was for is dismissed",
        step_key=f"status:investigating:{plan.sha256}",
    )
    return Command(goto="reflect", update={"looks": {}})
