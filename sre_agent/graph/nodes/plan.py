"""Turn the diagnosis into a plan that was tried on the live system without changing it."""

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.domain import steering
from sre_agent.domain.asked_action import AskedAction
from sre_agent.domain.causes import Conclusion
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.graph import call_log, choosing, parting, rehearsal, run_state
from sre_agent.graph.context import RunContext
from sre_agent.graph.rehearsal import Failure
from sre_agent.planning import by_hand, commits, planner, reach
from sre_agent.planning.planner import Study

_Next = Command[Literal["gate", "conclude"]]


async def propose(state: run_state.RunState, runtime: Runtime[RunContext]) -> _Next:
    """Plan, claim what the plan would touch, and rehearse each action.

    Where the system will not have a step, or policy has denied it, the next step of the playbook that
    holds is tried; where a model chose one, what the rules would have done before.
    """
    context = runtime.context
    id_ = run_state.incident_id(state)
    diagnosis, evidence = run_state.diagnosis(state), run_state.evidence(state)
    found = await context.incidents.load(id_)
    asked = steering.read(await context.incidents.events(id_)).action
    if asked is not None:
        drafted = by_hand.plan(
            asked, diagnosis, found, evidence, context.playbooks.actions, context.planning
        )
        return await _put_forward(context, state, drafted, asked)
    incident = await parting.part(context, found, diagnosis, evidence)
    promised = await context.objectives.of(incident) if context.objectives else ()
    study = planner.study(
        diagnosis, incident, evidence, context.playbooks, context.planning, promised
    )
    if isinstance(study, NoPlan):
        return await _withhold(context, id_, study)
    refused = run_state.denied(state, study.cause)
    # What has been given up once, by policy or below, is not asked about again: the rules go on.
    chosen = None if refused else await choosing.choose(context, state, incident, study)
    if chosen is not None:
        tried = await _try_chosen(context, state, chosen)
        if isinstance(tried, Plan):
            return _to_gate(await rehearsal.record(context, id_, tried))
        refused[run_state.tried_step(chosen)] = tried
    return await _by_rules(context, state, study, refused)


async def _by_rules(
    context: RunContext, state: run_state.RunState, study: Study, refused: dict[str, str]
) -> _Next:
    """Put the first step before policy that holds and that the system will have.

    A cluster that does not answer is no reason to do something else there; that a forge does not
    answer keeps nobody from what the cluster can do.
    """
    id_ = run_state.incident_id(state)
    while True:
        drafted = planner.draft(study, refused)
        if isinstance(drafted, NoPlan):
            return await _withhold(context, id_, drafted)
        drafted = rehearsal.of_run(drafted, run_state.run(state))
        for target in reach.claimed(drafted):
            holder = await context.incidents.claim_target(id_, target)
            if holder != id_:
                return await _join(context, id_, holder, target)
        plan = await rehearsal.rehearse(call_log.logged(context, id_, call_log.PLANNER), drafted)
        if isinstance(plan, Plan):
            return _to_gate(await rehearsal.record(context, id_, plan))
        steps = planner.steps_alike(study, drafted, plan.action.id)
        nothing = _last_word(plan, is_last=not set(steps) - refused.keys())
        if nothing is not None:
            return await _withhold(context, id_, nothing)
        refused |= {step: plan.nothing.reason for step in steps if step not in refused}
        if plan.action.call.server == commits.SERVER:
            study = study.with_facts({"revert_obstacle": plan.said})


def _last_word(failure: Failure, *, is_last: bool) -> NoPlan | None:
    """Return why nothing is planned where a failure leaves no other step to try, else None."""
    action = failure.action
    is_away = not failure.is_refused and action.call.server != commits.SERVER
    nothing = failure.nothing if is_away or is_last else None
    return commits.already_back(action, failure.code) or nothing


async def _try_chosen(context: RunContext, state: run_state.RunState, chosen: Plan) -> Plan | str:
    """Claim and rehearse what a model chose; return why the rules go on by themselves if it cannot be."""
    id_ = run_state.incident_id(state)
    drafted = rehearsal.of_run(chosen, run_state.run(state))
    for target in reach.claimed(drafted):
        holder = await context.incidents.claim_target(id_, target)
        if holder != id_:
            return f"incident {holder} already works on {target}"
    plan = await rehearsal.rehearse(call_log.logged(context, id_, call_log.PLANNER), drafted)
    return plan if isinstance(plan, Plan) else plan.nothing.reason


async def _put_forward(
    context: RunContext, state: run_state.RunState, drafted: Plan | NoPlan, asked: AskedAction
) -> _Next:
    """Claim and rehearse what a person asked for, and propose it in that person's name."""
    id_ = run_state.incident_id(state)
    if isinstance(drafted, NoPlan):
        return await _withhold(context, id_, drafted)
    drafted = rehearsal.of_run(drafted, run_state.run(state))
    for target in reach.claimed(drafted):
        holder = await context.incidents.claim_target(id_, target)
        if holder != id_:
            taken = f"incident {holder} already works on {target}"
            return await _withhold(context, id_, NoPlan(reason=taken, recommendation=""))
    plan = await rehearsal.rehearse(call_log.logged(context, id_, call_log.PLANNER), drafted)
    if isinstance(plan, Failure):
        return await _withhold(context, id_, plan.nothing)
    return _to_gate(await rehearsal.record(context, id_, plan, asked))


def _to_gate(plan: Plan) -> _Next:
    """Put a plan before policy that has nothing to do with what was planned before it."""
    update: run_state.RunState = {
        "plan": plan.model_dump(mode="json"),
        "asked_anew": 0,
        "done": [],
    }
    return Command(goto="gate", update=update)


async def _withhold(context: RunContext, id_: IncidentId, nothing: NoPlan) -> _Next:
    holder = await _repairer(context, id_, nothing)
    if holder != id_ and nothing.object is not None:
        return await _join(context, id_, holder, nothing.object)
    await context.journal.append(
        id_,
        EventDraft(
            actor="planner",
            kind=EventKind.PLAN_WITHHELD,
            payload=nothing.model_dump(mode="json"),
            step_key="plan_withheld",
        ),
    )
    is_calm = nothing.conclusion is Conclusion.NOTHING_WRONG
    end = IncidentStatus.CLOSED if is_calm else IncidentStatus.ESCALATED
    return Command(
        goto="conclude",
        update={
            "end_status": end.value,
            "end_reason": f"{nothing.reason}. {nothing.recommendation}".strip(),
        },
    )


async def _repairer(context: RunContext, id_: IncidentId, nothing: NoPlan) -> IncidentId:
    """Return the incident whose repair is under way, which may be none of ours."""
    if nothing.conclusion is not Conclusion.REPAIR_UNDER_WAY or nothing.object is None:
        return id_
    return await context.incidents.claim_target(id_, nothing.object)


async def _join(
    context: RunContext, id_: IncidentId, holder: IncidentId, target: ObjectRef
) -> _Next:
    reason = f"incident {holder} already works on {target}, the same cause"
    await context.incidents.merge(id_, into=holder, reason=reason)
    return Command(
        goto="conclude",
        update={"end_status": IncidentStatus.MERGED.value, "end_reason": reason},
    )
