"""From a diagnosis to a plan: the step of a playbook that holds for the best cause, filled in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType

from sre_agent.diagnosis.incident import case, objects
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.situation import Situation, assess
from sre_agent.domain.actions import Actions, Proof, Statefulness
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import REPOSITORY, ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, NoPlan, Plan, Verification
from sre_agent.domain.plan_reasons import Choice
from sre_agent.domain.slo import Objective
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import (
    bounds,
    burnt_budget,
    commits,
    handover,
    places,
    runbook_advice,
    selection,
    sizing,
    weighing,
)
from sre_agent.planning.playbooks import Playbooks
from sre_agent.planning.repairs import Repair
from sre_agent.planning.runbook_advice import Advice
from sre_agent.planning.selection import Taken
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety import blast, risk
from sre_agent.safety.blast import Surroundings
from sre_agent.safety.risk import Change


def plan(
    diagnosis: Diagnosis,
    incident: Incident,
    evidence: Sequence[Evidence],
    playbooks: Playbooks,
    settings: PlanningSettings,
    refused: Mapping[str, str] = MappingProxyType({}),
) -> Plan | NoPlan:
    """Return the plan for the best cause, or why there is none and what a person should do.

    `refused` says of steps that were tried, by name, why the systems will not have them.
    """
    found = study(diagnosis, incident, evidence, playbooks, settings)
    return found if isinstance(found, NoPlan) else draft(found, refused)


@dataclass(frozen=True)
class Study:
    """A cause to be repaired, and all that plans for it are made from.

    `burn` is how many times faster than allowed an error budget goes.
    """

    cause: Cause
    diagnosis: Diagnosis
    situation: Situation
    advice: Advice | None
    settings: PlanningSettings
    playbooks: Playbooks
    burn: float = 0.0

    def with_facts(self, facts: Mapping[str, str | int]) -> "Study":
        """Return the same with facts of the cause that say something else."""
        known = {**self.cause.facts, **facts}
        return replace(self, cause=self.cause.model_copy(update={"facts": known}))


def study(
    diagnosis: Diagnosis,
    incident: Incident,
    evidence: Sequence[Evidence],
    playbooks: Playbooks,
    settings: PlanningSettings,
    objectives: Sequence[Objective] = (),
) -> Study | NoPlan:
    """Return what plans for the best cause are made from, or why a person has to go on at once.

    `objectives` are what the incident's service promised.
    """
    top = diagnosis.causes[0] if diagnosis.causes else None
    reserved = selection.for_a_person(playbooks, incident)
    if reserved and (diagnosis.abstained or top is None or reserved.is_all):
        advice = runbook_advice.advise(top, incident, evidence) if top else None
        return handover.reserved(reserved, diagnosis, incident, advice)
    if diagnosis.abstained or top is None:
        return handover.withheld(diagnosis, top, settings)
    situation = assess(case.build(evidence, incident, incident.opened_at))
    advice = runbook_advice.advise(top, incident, evidence, _services(situation, top))
    cause = sizing.with_memory(runbook_advice.with_variable(top, advice))
    return Study(
        commits.with_commit(cause, incident, situation.onset(top.object).at),
        diagnosis,
        situation,
        advice,
        settings,
        playbooks,
        _burn(situation, top, objectives),
    )


def draft(found: Study, refused: Mapping[str, str] = MappingProxyType({})) -> Plan | NoPlan:
    """Return the plan that the rules make, without the steps that are refused, or why there is none."""
    cause, advice, playbooks = found.cause, found.advice, found.playbooks
    is_fast = found.burn >= burnt_budget.FAST
    seen = selection.view(cause, found.situation, advice, burns_fast=is_fast)
    taken = selection.take(playbooks, cause, seen, refused)
    if taken is None or not taken.repairs:
        nothing = handover.unrepaired(cause, taken, advice, found.settings)
        said = "; ".join((nothing.reason, *refused.values()))
        return nothing.model_copy(update={"reason": said})
    drafting = _Drafting(
        taken, cause, found.diagnosis, found.situation, found.settings, playbooks.actions
    )
    actions = tuple(_actions(drafting))
    return Plan(
        playbook=taken.playbook.name,
        fault_class=cause.fault_class,
        cause_object=cause.object,
        confidence=cause.confidence,
        summary="; ".join(
            f"{repair.title}: {action.call}"
            for repair, action in zip(taken.repairs, actions, strict=True)
        ),
        actions=actions,
        runbook=advice.citation if advice else None,
        choice=_choice(drafting, _weighed(drafting, actions, found.burn)),
    )


def steps_alike(found: Study, plan: Plan, failed: ActionId) -> tuple[str, ...]:
    """Return the steps that would do what an action of a plan does, which the systems will not have.

    The plan is the one that was drafted; its own step is among them.
    """
    if plan.choice is None:
        return ()
    book = next(item for item in found.playbooks.playbooks if item.name == plan.playbook)
    step = next(item for item in book.steps if item.name == plan.choice.step)
    place = [action.id for action in plan.actions].index(failed)
    return tuple(item.name for item in book.steps if step.repairs[place] in item.repairs)


@dataclass(frozen=True)
class _Drafting:
    """All that an action is made from."""

    taken: Taken
    cause: Cause
    diagnosis: Diagnosis
    situation: Situation
    settings: PlanningSettings
    actions: Actions


def _services(situation: Situation, cause: Cause) -> tuple[str, ...]:
    """Return the names of the Services before the cause's object, by which runbooks may know it."""
    seen = situation.case.workloads.get(cause.object)
    return tuple(service.name for service in seen.fact.services) if seen else ()


def _burn(situation: Situation, cause: Cause, objectives: Sequence[Objective]) -> float:
    known = situation.case.signals
    seen = [known[ref].fact for ref in {cause.object, *situation.anchors} if ref in known]
    return burnt_budget.rate(seen, objectives)


def _actions(drafting: _Drafting) -> Iterator[Action]:
    check = _verification(drafting)
    before: dict[str, ActionId] = {}
    for number, repair in enumerate(drafting.taken.repairs, start=1):
        action = _action(ActionId(f"a{number}"), repair, drafting, check)
        needs = tuple(before[name] for name in repair.after if name in before)
        takes = {argument: before[name] for argument, name in repair.takes.items()}
        yield action.model_copy(update={"needs": needs, "takes": takes})
        before[repair.name] = action.id


def _action(
    action_id: ActionId, repair: Repair, drafting: _Drafting, check: Verification
) -> Action:
    cause, call, target = (
        drafting.cause,
        repair.call(drafting.cause),
        repair.changed(drafting.cause),
    )
    radius, inverse = _radius(drafting, call, target), repair.undo(cause)
    change = Change(target, radius, inverse is not None, repair.risk, cause.confidence)
    return Action(
        id=action_id,
        call=call,
        target=target,
        risk=risk.level(risk.score(change, drafting.actions.of(call)).score),
        rationale=places.fill_text(repair.rationale, cause),
        evidence_ids=cause.evidence_for,
        blast_radius=radius,
        inverse=inverse,
        verification=check,
    )


def _radius(drafting: _Drafting, call: ToolCall, target: ObjectRef) -> BlastRadius:
    cause = drafting.cause
    radius = blast.blast_radius(cause.object, _surroundings(drafting))
    replicas, kind = call.arguments.get("replicas"), drafting.actions.of(call)
    if target.kind == REPOSITORY and kind and kind.statefulness is Statefulness.KEPT:
        return blast.of_words(target)
    if target.kind == "Pod":
        return blast.of_one_pod(radius, cause.object)
    if isinstance(replicas, int):
        return blast.of_scaling(radius, cause.object, replicas)
    return radius


def _surroundings(drafting: _Drafting) -> Surroundings:
    found = drafting.situation.case
    seen = found.workloads.get(drafting.cause.object)
    return Surroundings(
        dependencies=drafting.diagnosis.dependencies,
        workload=seen.fact if seen else None,
        seen_at=seen.at if seen else None,
        cluster=objects.of(found),
        rates=_rates(found),
    )


def _rates(found: Case) -> dict[ObjectRef, float]:
    """Return the usual requests per second of every workload that they were counted of."""
    counted = {ref: seen.fact.total.traffic.points for ref, seen in found.signals.items()}
    return {
        ref: median(point.value for point in points) for ref, points in counted.items() if points
    }


def _verification(drafting: _Drafting) -> Verification:
    cause, situation, settings = drafting.cause, drafting.situation, drafting.settings
    proof = drafting.taken.playbook.verification
    incident = situation.case.incident
    hold_s = max(settings.hold_s, proof.hold_s)
    # The slowest of the plan's actions says how long it may take until anything can be seen.
    known = (drafting.actions.of(repair.call(cause)) for repair in drafting.taken.repairs)
    proofs = [kind.verification for kind in known if kind is not None]
    rolled_out = [
        each for each in proofs if each.proof is Proof.DEPLOYED and drafting.taken.step.rolls_out
    ]
    windows_s = (each.window_s for each in proofs if each not in rolled_out)
    deadline_s = max(settings.deadline_s, proof.deadline_s, *windows_s)
    return Verification(
        object=cause.object,
        bounds=bounds.of(situation, cause.object, with_latency=proof.latency),
        alert_names=selection.alert_names(incident),
        hold_s=hold_s,
        deadline_s=max(deadline_s, 2 * (proof.wait_s + hold_s)),
        wait_s=proof.wait_s,
        alerts_anywhere=any(not alert.namespace for alert in incident.alerts),
        rollout_within_s=max((each.window_s for each in rolled_out), default=0.0),
    )


def _weighed(drafting: _Drafting, actions: Sequence[Action], burn: float) -> tuple[str, ...]:
    """Return what spoke for this way of several, where a commit could be taken back."""
    if "commit" not in drafting.taken.playbook.trigger.needs:
        return ()
    return tuple(weighing.lines(actions, drafting.actions, burn))


def _choice(drafting: _Drafting, weighed: tuple[str, ...]) -> Choice:
    taken, cause = drafting.taken, drafting.cause
    playbook = taken.playbook
    return Choice(
        title=playbook.title,
        why=taken.why,
        step=taken.step.name,
        condition=taken.step.condition,
        passed_over=taken.passed_over,
        not_seen=selection.not_seen(playbook, cause, drafting.situation),
        escalation=places.fill_text(playbook.escalation.tell, cause),
        weighed=weighed,
        warnings=tuple(filter(None, [places.fill_text(taken.step.warning, cause)])),
    )
