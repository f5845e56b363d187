"""From a diagnosis to a plan: the first playbook that fits the best cause, filled in."""

from collections.abc import Sequence

from sre_agent.diagnosis import case
from sre_agent.diagnosis.situation import Situation, assess
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import Action, NoPlan, Plan, Verification
from sre_agent.domain.tools import ToolCall
from sre_agent.planning import bounds
from sre_agent.planning.playbooks import Playbook, fill, fill_text
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety import risk


def plan(
    diagnosis: Diagnosis,
    incident: Incident,
    evidence: Sequence[Evidence],
    playbooks: Sequence[Playbook],
    settings: PlanningSettings,
) -> Plan | NoPlan:
    """Return the plan for the best cause, or why there is none and what a person should do.

    Of several playbooks that fit, the first is taken.
    """
    top = diagnosis.causes[0] if diagnosis.causes else None
    if diagnosis.abstained or top is None:
        return _withhold(diagnosis, top, settings)
    fitting = next((item for item in playbooks if item.fits(top)), None)
    if fitting is None:
        reason = f"no playbook fits {top.fault_class} of {top.object} with what is known"
        return NoPlan(reason=reason, recommendation=_advice(top, settings))
    situation = assess(case.build(evidence, incident, incident.opened_at))
    action = _action(fitting, top, diagnosis, situation, settings)
    return Plan(
        playbook=fitting.name,
        fault_class=top.fault_class,
        cause_object=top.object,
        confidence=top.confidence,
        summary=f"{fitting.title}: {action.call}",
        actions=(action,),
    )


def _withhold(diagnosis: Diagnosis, top: Cause | None, settings: PlanningSettings) -> NoPlan:
    """Return why nothing is proposed; what a person should do depends on the conclusion."""
    recommendations = {
        Conclusion.NOTHING_WRONG: "Nothing has to be done; if this alert keeps coming, mend its rule.",
        Conclusion.REPAIR_UNDER_WAY: "Wait for it and see whether the signals come back to normal.",
    }
    return NoPlan(
        reason=diagnosis.reason,
        recommendation=recommendations.get(diagnosis.conclusion) or _advice(top, settings),
        conclusion=diagnosis.conclusion,
        object=top.object if top else None,
    )


def _action(
    playbook: Playbook,
    cause: Cause,
    diagnosis: Diagnosis,
    situation: Situation,
    settings: PlanningSettings,
) -> Action:
    template = playbook.action
    seen = situation.case.workloads.get(cause.object)
    radius = risk.blast_radius(cause.object, seen.fact if seen else None, diagnosis.dependencies)
    inverse = fill(template.inverse, cause) if template.inverse else None
    return Action(
        id=ActionId("a1"),
        call=_call(playbook, fill(template.arguments, cause)),
        target=cause.object,
        risk=risk.assess(template.risk, radius),
        rationale=fill_text(template.rationale, cause).strip(),
        evidence_ids=cause.evidence_for,
        blast_radius=radius,
        inverse=_call(playbook, inverse) if inverse else None,
        verification=Verification(
            object=cause.object,
            bounds=bounds.of(situation, cause),
            alert_names=tuple(sorted({alert.name for alert in situation.case.incident.alerts})),
            hold_s=settings.hold_s,
            deadline_s=settings.deadline_s,
        ),
    )


def _call(playbook: Playbook, arguments: dict[str, object]) -> ToolCall:
    return ToolCall(server=playbook.action.server, tool=playbook.action.tool, arguments=arguments)


def _advice(cause: Cause | None, settings: PlanningSettings) -> str:
    if cause is None:
        return "Look at the service by hand: the evidence names no suspect."
    return settings.catalogue[cause.fault_class].advise(cause)
