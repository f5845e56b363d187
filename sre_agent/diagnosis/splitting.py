"""Which alerts of an incident are another failure than the one whose cause was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis import case, independence
from sre_agent.diagnosis.situation import Situation, assess
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
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
    others = _others(diagnosis) if diagnosis.conclusion is Conclusion.CAUSE_FOUND else ()
    if not others:
        return ()
    seen = assess(case.build(evidence, incident, incident.opened_at))
    top = diagnosis.causes[0]
    others = tuple(item for item in others if independence.are_independent(seen, top, item))
    owned = _owned(seen, top, others)
    if all(owner is not None for owner in owned.values()):
        return ()
    found = (_part(seen, item, top, owned) for item in others)
    return tuple(part for part in found if part is not None)


def _others(diagnosis: Diagnosis) -> tuple[Cause, ...]:
    """Return the best cause of each other object."""
    found: dict[ObjectRef, Cause] = {}
    for cause in diagnosis.causes:
        found.setdefault(cause.object, cause)
    return tuple(found.values())[1:]


def _owned(seen: Situation, top: Cause, others: Sequence[Cause]) -> Mapping[str, Cause | None]:
    """Return, for each alert, the other cause that it belongs to; None for those of the best."""
    return {
        alert.fingerprint: _owner(seen, seen.workload_of(alert), top, others)
        for alert in seen.case.incident.alerts
    }


def _owner(
    seen: Situation, ref: ObjectRef | None, top: Cause, others: Sequence[Cause]
) -> Cause | None:
    """Return the other cause that trouble of a workload belongs to, None for the best one.

    Where both could explain it, requests that fail are put down to what fails its requests.
    """
    if ref is None or ref == top.object:
        return None
    own = next((item for item in others if item.object == ref), None)
    if own is not None:
        return own
    able = [item for item in (top, *others) if independence.explains(seen, item, ref)]
    failing = [item for item in able if not independence.serves_as_before(seen, item)]
    found = (failing or able or [top])[0]
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
            f"{names}: {cause.fault_class} of {cause.object.name} ({cause.confidence:.0%}) is a "
            f"failure beside {top.fault_class} of {top.object.name}, which does not explain it"
        ),
    )
