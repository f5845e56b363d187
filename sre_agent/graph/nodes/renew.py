"""Ask anew when what was shown has changed: rehearse again, and put the new difference before policy."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain import steering
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import call_log, rehearsal, run_state
from sre_agent.graph.context import RunContext
from sre_agent.graph.rehearsal import Failure

_Next = Command[Literal["gate", "conclude"]]


async def renew(state: run_state.RunState, runtime: Runtime[RunContext]) -> _Next:
    """Void what was asked, and propose the same actions on the objects as they are now.

    Who said no meanwhile has said no. After some times people take over: what never stays as it was
    shown cannot be approved.
    """
    context = runtime.context
    id_ = run_state.incident_id(state)
    times, changed = state.get("asked_anew", 0), state["changed"]
    asked = state.get("approval_id")
    if asked:
        decision = await context.incidents.void_approval(id_, asked, reason=changed)
        if decision.verdict is Verdict.REJECTED:
            return _end(f"{decision.actor} rejected the plan: {decision.reason}")
    if times >= context.limits.ask_anew_max:
        return _end(f"{changed}, and that {times + 1} times: nobody can approve what does not stay")
    asking = call_log.logged(context, id_, call_log.PLANNER)
    plan = await rehearsal.rehearse(asking, _next(run_state.plan(state), times + 1))
    if isinstance(plan, Failure):
        return _end(f"{changed}, and the plan cannot be made anew: {plan.nothing.reason}")
    wanted = steering.read(await context.incidents.events(id_)).action
    await rehearsal.record(context, id_, plan, None if plan.is_revert else wanted)
    update: run_state.RunState = {
        "plan": plan.model_dump(mode="json"),
        "asked_anew": times + 1,
        "approval_id": "",
    }
    return Command(goto="gate", update=update)


def _next(plan: Plan, time: int) -> Plan:
    """Return the plan with actions of its own: a grant for the old ones is for what they were."""

    def renamed(action_id: ActionId) -> ActionId:
        before = f"-{time}" if time > 1 else ""
        return ActionId(f"{action_id.removesuffix(before)}-{time + 1}")

    def renewed(action: Action) -> Action:
        # The way back that the live object told of leads to what was there then.
        is_told = action.dry_run is not None and action.dry_run.inverse is not None
        return action.model_copy(
            update={
                "id": renamed(action.id),
                "needs": tuple(renamed(item) for item in action.needs),
                "inverse": None if is_told else action.inverse,
                "dry_run": None,
            }
        )

    return plan.model_copy(update={"actions": tuple(renewed(item) for item in plan.actions)})


def _end(reason: str) -> _Next:
    update: run_state.RunState = {
        "end_status": IncidentStatus.ESCALATED.value,
        "end_reason": reason,
    }
    return Command(goto="conclude", update=update)
