"""Wait for a person, without holding anything while waiting."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from sre_agent import ports
from sre_agent.domain import steering
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext


async def approve(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["execute", "conclude", "reflect"]]:
    """Ask for a decision on the plan and stop until there is one.

    The run resumes by starting this node again, so asking twice for the same plan is one request.
    What the resuming call brings along is not believed: the decision is read from where it was
    taken.
    """
    incidents = runtime.context.incidents
    id_ = run_state.incident_id(state)
    if await _is_dismissed(incidents, state):
        return await _look_again(incidents, id_, run_state.plan(state))
    approval = await incidents.request_approval(
        id_, run_state.plan(state), run_state.rulings(state)
    )
    await incidents.set_status(
        id_,
        IncidentStatus.AWAITING_APPROVAL,
        reason="the plan needs a person's decision",
        step_key=f"status:awaiting:{approval.id}",
    )
    decision = await incidents.decision(approval.id)
    while decision is None:
        interrupt({"approval_id": approval.id})
        decision = await incidents.decision(approval.id)
    if await _is_dismissed(incidents, state):
        return await _look_again(incidents, id_, run_state.plan(state))
    if decision.verdict is Verdict.APPROVED:
        rest = run_state.plan(state).without(decision.without)
        return Command(goto="execute", update={"plan": rest.model_dump(mode="json")})
    said = {
        Verdict.REJECTED: f"{decision.actor} rejected the plan: {decision.reason}",
        Verdict.EXPIRED: "nobody decided on the plan before the request expired",
        Verdict.VOIDED: f"the plan was voided: {decision.reason}",
    }[decision.verdict]
    return Command(
        goto="conclude",
        update={
            "end_status": IncidentStatus.ESCALATED.value,
            "end_reason": f"{said}{run_state.advice(state)}",
        },
    )


async def _is_dismissed(incidents: ports.Incidents, state: run_state.RunState) -> bool:
    """Return whether a person has said that what the plan repairs is not the cause."""
    plan = run_state.plan(state)
    asked = steering.read(await incidents.events(run_state.incident_id(state)))
    return not plan.is_revert and asked.dismisses(plan.fault_class, plan.cause_object)


async def _look_again(
    incidents: ports.Incidents, id_: IncidentId, plan: Plan
) -> Command[Literal["execute", "conclude", "reflect"]]:
    await incidents.set_status(
        id_,
        IncidentStatus.INVESTIGATING,
        reason="the cause that the plan was for is dismissed",
        step_key=f"status:investigating:{plan.sha256}",
    )
    return Command(goto="reflect")
