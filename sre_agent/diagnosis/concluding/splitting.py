"""Which alerts of an incident are another failure than the one whose cause was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.concluding import attribution
from sre_agent.diagnosis.incident import case
from sre_agent.diagnosis.incident.situation import Situation, assess
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.objects import ObjectRef


@dataclass(frozen=True)
class Part:
    """Alerts that belong together in an incident of their own, and the cause that explains them."""

    fingerprints: tuple[str, ...]
    services: tuple[str, ...]
    cause: ObjectRef
    reason: str


def apart(
    diagnosis: Diagnosis, incident: Incident, evidence: Sequence[Evidence]
) -> tuple[Part, ...]:
    """Return the alerts that the best cause does not explain and another one does.

    What both could explain stays with the best cause, and so does what names nothing that is known.
    Nothing is split off while no cause was found, or when nothing would be left.
    """
    if diagnosis.conclusion is not Conclusion.CAUSE_FOUND:
        return ()
    seen = assess(case.build(evidence, incident, incident.opened_at))
    top, others = diagnosis.causes[0], attribution.beside(seen, diagnosis.causes)
    owned = _owned(seen, top, others)
    if all(owner is not None for owner in owned.values()):
        return ()
    found = (_part(seen, item, top, owned) for item in others)
    return tuple(part for part in found if part is not None)


def _owned(seen: Situation, top: Cause, others: Sequence[Cause]) -> Mapping[str, Cause | None]:
    """Return, for each alert, the other cause that it belongs to; None for those of the best."""
    return {
        alert.fingerprint: _owner(seen, seen.workload_of(alert), top, others)
        for alert in seen.case.incident.alerts
    }


def _owner(
    seen: Situation, ref: ObjectRef | None, top: Cause, others: Sequence[Cause]
) -> Cause | None:
    found = attribution.owner(seen, ref, (top, *others)) if ref else None
    return None if found is top else found


def _part(
    seen: Situation, cause: Cause, top: Cause, owned: Mapping[str, Cause | None]
) -> Part | None:
    alerts = [item for item in seen.case.incident.alerts if owned[item.fingerprint] == cause]
    if not alerts:
        return None
    names = ", ".join(sorted({alert.name for alert in alerts}))
    return Part(
        fingerprints=tuple(sorted(alert.fingerprint for alert in alerts)),
        services=tuple(sorted({ref.name for alert in alerts if (ref := seen.workload_of(alert))})),
        cause=cause.object,
        reason=(
            f"{names}: {cause.fault_class} of {cause.object.name} ({in_percent(cause.confidence)}) is a "
            f"failure beside {top.fault_class} of {top.object.name}, which does not explain it"
        ),
    )
