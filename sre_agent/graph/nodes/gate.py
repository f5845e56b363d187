"""Put every action of the plan before policy."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain import runs
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId, IncidentId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Ruling
from sre_agent.graph import braking, run_state
from sre_agent.graph.context import RunContext
from sre_agent.safety import model_choices, policy, preapproval
from sre_agent.safety.facts import Circumstances


async def gate(
    state: run_state.RunState, runtime: Runtime[RunContext]
) -> Command[Literal["approve", "execute", "plan", "conclude"]]:
    """Rule on the plan: one denied action denies it all, one asked action asks for it all.

    What is denied goes back to be planned without that step, which is not tried again. An undo that
    was approved together with the plan it takes back is not asked for again. What brakes keep from
    being carried out is not put before anybody: nobody shall approve what cannot run.
    """
    context = runtime.context
    id_ = run_state.incident_id(state)
    plan = run_state.plan(state)
    incident = await context.incidents.load(id_)
    known = await _circumstances(context, plan, incident)
    by_model = await _is_by_model(context, id_, plan)
    rulings = [
        policy.rule(context.policy, action, plan, incident, known[action.id], by_model=by_model)
        for action in plan.actions
    ]
    dumped = [item.model_dump(mode="json") for item in rulings]
    asked = any(item.ruling is Ruling.ASK for item in rulings)
    covered = await _covered(context, id_, plan) if plan.is_revert and asked else {}
    await context.journal.append(
        id_,
        EventDraft(
            actor="policy",
            kind=EventKind.POLICY_RULED,
            payload={
                "plan_sha256": plan.sha256,
                "rulings": dumped,
                **covered,
                "circumstances": {each: at.written() for each, at in known.items()},
            },
            step_key=f"policy_ruled:{plan.sha256}",
        ),
    )
    denied = [item for item in rulings if item.ruling is Ruling.DENY]
    if denied:
        said = "; ".join(f"{item.reason} (rule {item.rule})" for item in denied)
        reason = f"policy denies the plan: {said}"
        steps = run_state.with_denied(state, reason)
        if steps is not None:
            return Command(goto="plan", update={"rulings": dumped, "denied": steps})
        return _left_to_people(dumped, reason)
    obstacle = await braking.foresee(context, incident, plan)
    if obstacle is not None:
        return _left_to_people(dumped, f"the plan cannot be carried out now: {obstacle.told}")
    goes_on = not asked or "approved_with" in covered
    update: run_state.RunState = {"rulings": dumped, "approval_id": ""}
    return Command(goto="execute" if goes_on else "approve", update=update)


async def _is_by_model(context: RunContext, id_: IncidentId, plan: Plan) -> bool:
    """Return whether the run's log says that a model chose what the plan does, as the signer asks it."""
    if context.chooser is None:
        return False
    return model_choices.is_in(runs.present(await context.incidents.events(id_)), plan)


async def _covered(context: RunContext, id_: IncidentId, undo: Plan) -> dict[str, str]:
    """Return with which plan an undo was approved, or why not; the signer judges that for itself."""
    found = preapproval.find(runs.present(await context.incidents.events(id_)), undo)
    if isinstance(found, str):
        return {"asked_because": found}
    return {"approved_with": found.plan.sha256}


def _left_to_people(
    rulings: list[dict[str, Any]], reason: str
) -> Command[Literal["approve", "execute", "plan", "conclude"]]:
    return Command(
        goto="conclude",
        update={
            "rulings": rulings,
            "end_status": IncidentStatus.ESCALATED.value,
            "end_reason": reason,
        },
    )


async def _circumstances(
    context: RunContext, plan: Plan, incident: Incident
) -> dict[ActionId, Circumstances]:
    """Return by what each action is ruled on, which is what the signer will go by as well."""
    found = await context.facts.of(incident, plan) if context.facts else {}
    unknown = Circumstances(now=context.clock.now())
    return {action.id: found.get(action.id, unknown) for action in plan.actions}
