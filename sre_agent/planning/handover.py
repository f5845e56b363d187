"""Handing over: why nothing is proposed, and what a person should do instead."""

from collections.abc import Iterator

from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.incident import Incident
from sre_agent.domain.plan import NoPlan
from sre_agent.planning import places
from sre_agent.planning.runbook_advice import Advice, stale_warning
from sre_agent.planning.selection import Reserved, Taken
from sre_agent.planning.settings import PlanningSettings

_WITHOUT_A_PLAN = {
    Conclusion.NOTHING_WRONG: "Nothing has to be done; if this alert keeps coming, mend its rule.",
    Conclusion.REPAIR_UNDER_WAY: "Wait for it and see whether the signals come back to normal.",
}


_MIGRATED = (
    "The program from before may not fit what is stored now, and what runs migrations may not start "
    "without files that were applied ({files}). A person decides, with whoever owns the data of "
    "{object}: mend it with another change, or go back with data and program together."
)

_PASSED = (
    "Nothing has to be done now. It was real and short: look at what raised it ({}), and if it "
    "comes again, at what else happened at those times."
)


def withheld(diagnosis: Diagnosis, top: Cause | None, settings: PlanningSettings) -> NoPlan:
    """Return why nothing is proposed; what a person should do depends on the conclusion."""
    return NoPlan(
        reason=diagnosis.reason,
        recommendation=_without_a_plan(diagnosis) or _advice(top, settings),
        conclusion=diagnosis.conclusion,
        object=top.object if top else None,
    )


def _without_a_plan(diagnosis: Diagnosis) -> str | None:
    if diagnosis.passed:
        return _PASSED.format("; ".join(diagnosis.passed))
    return _WITHOUT_A_PLAN.get(diagnosis.conclusion)


def reserved(
    found: Reserved, diagnosis: Diagnosis, incident: Incident, advice: Advice | None
) -> NoPlan:
    """Return that a person has to answer some alerts, with all that they and the evidence say.

    Signals that are normal do not excuse such an alert: it warns of what is still to come.
    """
    told = "; ".join(_alert_details(found, incident))
    step = found.playbook.steps[0]
    return NoPlan(
        reason=f"{step.escalate}: {told}. The investigation says: {diagnosis.reason}",
        recommendation=" ".join(filter(None, (found.playbook.escalation.tell, _to_read(advice)))),
        playbook=found.playbook.name,
        runbook=advice.citation if advice else None,
    )


def unrepaired(
    cause: Cause, taken: Taken | None, advice: Advice | None, settings: PlanningSettings
) -> NoPlan:
    """Return why a cause that was found is not repaired by a program."""
    found = f"{cause.fault_class} of {cause.object}"
    why, migrated = _migrated(cause)
    general = _advice(cause, settings)
    if taken is None:
        return NoPlan(
            reason=f"no playbook is for {found}{why}",
            recommendation=" ".join(filter(None, (migrated, general))),
            object=cause.object,
        )
    # What playbooks say then is how to go back by hand.
    usual = migrated or f"{places.fill_text(taken.playbook.escalation.tell, cause)} {general}"
    told = (usual, _to_read(advice))
    return NoPlan(
        reason=f"{found}: {places.fill_text(taken.step.escalate, cause)}{why}",
        recommendation=" ".join(filter(None, told)),
        object=cause.object,
        playbook=taken.playbook.name,
        passed_over=taken.passed_over,
        runbook=advice.citation if advice else None,
    )


def _migrated(cause: Cause) -> tuple[str, str]:
    """Return why nothing is taken back where stored data was migrated, and what to do then; else nothing."""
    files = cause.facts.get("migrations")
    if not files:
        return "", ""
    why = f"; stored data was migrated ({files}), so no program takes it back by itself"
    return why, _MIGRATED.format(files=files, object=cause.object)


def _alert_details(found: Reserved, incident: Incident) -> Iterator[str]:
    for alert in incident.alerts:
        if alert.name in found.alerts:
            labels = ", ".join(f"{key}={value}" for key, value in sorted(alert.labels.items()))
            yield f"{alert.name} since {alert.starts_at:%Y-%m-%d %H:%M} UTC ({alert.summary}; {labels})"


def _to_read(advice: Advice | None) -> str:
    if advice is None:
        return ""
    warning = stale_warning(advice.citation)
    return f"Go by runbook {advice.citation.title!r}{f'; mind that {warning}' if warning else ''}."


def _advice(cause: Cause | None, settings: PlanningSettings) -> str:
    if cause is None:
        return "Look at the service by hand: the evidence names no suspect."
    return settings.catalogue[cause.fault_class].advise(cause)
