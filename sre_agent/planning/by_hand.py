"""The plan of an action that a person asked for: theirs is the what, ours the proof and the care."""

from collections.abc import Sequence

from sre_agent.diagnosis.incident import case
from sre_agent.diagnosis.incident.situation import Situation, assess
from sre_agent.domain.actions import ActionKind, Actions
from sre_agent.domain.asked_action import AskedAction
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import ActionId, EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.objects import CONTROLLERS, ObjectRef
from sre_agent.domain.plan import Action, BlastRadius, NoPlan, Plan, Verification
from sre_agent.domain.plan_reasons import Choice
from sre_agent.planning import bounds, selection
from sre_agent.planning.settings import PlanningSettings
from sre_agent.safety import blast, risk
from sre_agent.safety.blast import Surroundings
from sre_agent.safety.risk import Change

PLAYBOOK = "by_hand"
"""What such a plan names in the place of a playbook, and of a class of fault."""

_CITED_MOST = 5


def plan(
    asked: AskedAction,
    diagnosis: Diagnosis,
    incident: Incident,
    evidence: Sequence[Evidence],
    actions: Actions,
    settings: PlanningSettings,
) -> Plan | NoPlan:
    """Return the plan of the one action, verified by the incident's own signals and alerts."""
    kind = actions.of(asked.call)
    if kind is None:
        return NoPlan(
            reason=f"{asked.actor} asked for {asked.call}, which no catalogue knows",
            recommendation="Ask for an action of the catalogue.",
        )
    if not evidence:
        return NoPlan(
            reason=f"nothing could be seen, so that nobody could tell what {asked.call} does",
            recommendation="See which servers do not answer: sre-agent doctor.",
        )
    target, situation = (
        asked.target(kind),
        assess(case.build(evidence, incident, incident.opened_at)),
    )
    subject = target if target.kind in CONTROLLERS else _service(incident)
    radius = _radius(asked, subject, situation, diagnosis)
    confidence = max(
        (item.confidence for item in diagnosis.causes if item.object == subject), default=0.0
    )
    change = Change(target, radius, kind.reversible, kind.least_risk, confidence)
    action = Action(
        id=ActionId("a1"),
        call=asked.call,
        target=target,
        risk=risk.level(risk.score(change, kind).score),
        rationale=f"{asked.actor} asks for it: {asked.reason}",
        evidence_ids=_cited(evidence, {target, subject}),
        blast_radius=radius,
        inverse=None,
        verification=_verification(kind, subject, situation, settings),
    )
    return Plan(
        playbook=PLAYBOOK,
        fault_class=PLAYBOOK,
        cause_object=subject,
        confidence=confidence,
        summary=f"{kind.title}: {asked.call}",
        actions=(action,),
        choice=Choice(
            title="Asked for by a person",
            why=f"{asked.actor} asks for it: {asked.reason}",
            step="",
            condition="a person asked for this one action",
        ),
    )


def _service(incident: Incident) -> ObjectRef:
    return ObjectRef.deployment(incident.namespace, incident.service)


def _cited(evidence: Sequence[Evidence], about: set[ObjectRef]) -> tuple[EvidenceId, ...]:
    """Return what was seen of the object; where nothing was, the first that was seen at all."""
    found = [item.id for item in evidence if item.subject in about]
    return tuple((found or [item.id for item in evidence])[:_CITED_MOST])


def _radius(
    asked: AskedAction, subject: ObjectRef, situation: Situation, diagnosis: Diagnosis
) -> BlastRadius:
    seen = situation.case.workloads.get(subject)
    around = Surroundings(
        dependencies=diagnosis.dependencies,
        workload=seen.fact if seen else None,
        seen_at=seen.at if seen else None,
    )
    radius = blast.blast_radius(subject, around)
    replicas = asked.call.arguments.get("replicas")
    return blast.of_scaling(radius, subject, replicas) if isinstance(replicas, int) else radius


def _verification(
    kind: ActionKind, subject: ObjectRef, situation: Situation, settings: PlanningSettings
) -> Verification:
    incident = situation.case.incident
    hold_s = settings.hold_s
    return Verification(
        object=subject,
        bounds=bounds.of(situation, subject),
        alert_names=selection.alert_names(incident),
        hold_s=hold_s,
        deadline_s=max(settings.deadline_s, 2 * hold_s, kind.verification.window_s),
        alerts_anywhere=any(not alert.namespace for alert in incident.alerts),
    )
