"""Wait for a person, without holding anything while waiting."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import run_state
from sre_agent.graph.context import RunContext


async def approve(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["execute", "conclude"]]:
    """Ask for a decision on the plan and stop until there is one.

    The run resumes by starting this node again, so asking twice for the same plan is one request.
    What the resuming call brings along is not believed: the decision is read from where it was
    taken.
    """
    incidents = runtime.context.incidents
    id_ = run_state.incident_id(state)
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
    if decision.verdict is Verdict.APPROVED:
        return Command(goto="execute")
    said = {
        Verdict.REJECTED: f"{decision.actor} rejected the plan: {decision.reason}",
        Verdict.EXPIRED: "nobody decided on the plan before the request expired",
    }[decision.verdict]
    return Command(
        goto="conclude",
        update={
            "end_status": IncidentStatus.ESCALATED.value,
            "end_reason": f"{said}{run_state.advice(state)}",
        },
    )
