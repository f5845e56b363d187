"""Ask anew when what was shown has changed: rehearse again, and put the new difference before policy."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain import steering
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.plan import Action, Plan
from sre_agent.domain.ruling import Verdict
from sre_agent.graph import call_log, rehearsal, run_state
from sre_agent.graph.context import RunContext
from sre_agent.graph.rehearsal import Failure
from sre_agent.planning import refusals

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
    old = run_state.plan(state)
    plan = await rehearsal.rehearse(asking, _unseen(old))
    if isinstance(plan, Failure):
        advice = refusals.advice(plan.action.call.server, plan.code)
        return _end(f"{changed}, and the plan cannot be made anew: {plan.nothing.reason}{advice}")
    wanted = steering.read(await context.incidents.events(id_)).action
    asker = None if plan.is_revert else wanted
    proposed = await rehearsal.record(context, id_, plan, asker, replaces=old)
    update: run_state.RunState = {
        "plan": proposed.model_dump(mode="json"),
        "asked_anew": times + 1,
        "approval_id": "",
    }
    return Command(goto="gate", update=update)


def _unseen(plan: Plan) -> Plan:
    """Return the plan without what was seen of its objects."""

    def unseen(action: Action) -> Action:
        # The way back that the live object told of leads to what was there then.
        is_told = action.dry_run is not None and action.dry_run.inverse is not None
        inverse = None if is_told else action.inverse
        return action.model_copy(update={"inverse": inverse, "dry_run": None})

    return plan.model_copy(update={"actions": tuple(unseen(item) for item in plan.actions)})


def _end(reason: str) -> _Next:
    update: run_state.RunState = {
        "end_status": IncidentStatus.ESCALATED.value,
        "end_reason": reason,
    }
    return Command(goto="conclude", update=update)
