"""Nothing wrong: when all that was alerted about is well, what happened and since when it is over."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sre_agent.diagnosis.concluding import ranking
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics import scrapes, spikes
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.causes import Cause, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

ALERT_LAG = timedelta(minutes=1)
"""What ended this long before an alert did not raise it."""
CHANGES = frozenset({FaultClass.BAD_RELEASE, FaultClass.BAD_CONFIG_CHANGE})
"""What has to show in something else before it is trouble."""
ELSEWHERE = ("/explore", "/alerting/")
"""Where the links of Loki's and Grafana's rules lead: of those, Prometheus knows nothing."""


def explain(seen: Situation, causes: Sequence[Cause]) -> str | None:
    """Return that nothing is wrong and what the evidence shows instead, or None.

    An alert that names nothing we know, or that Prometheus still has firing, is not explained by
    signals that are normal, nor is one that another's rule has firing; neither are pods that are not ready, or a target that is down.
    """
    healths = [seen.health.get(anchor) for anchor in seen.anchors]
    if not all(health is not None and health.is_normal for health in healths):
        return None
    is_all_named = seen.anchors and all(seen.is_named(alert) for alert in seen.case.incident.alerts)
    if not is_all_named or any(anchor in seen.firing for anchor in seen.anchors):
        return None
    if any(_is_for_others_to_end(alert) for alert in seen.case.incident.alerts):
        return None
    if any(_shows_trouble(cause) for cause in causes) or not _is_all_up(seen):
        return None
    names = ", ".join(anchor.name for anchor in seen.anchors)
    parts = [part for anchor in seen.anchors for part in _history(seen, anchor)]
    told = "; ".join([*parts, *_standing(seen)])
    return f"signals are normal: {names} serves requests as before the alert; {told}"


def passed(seen: Situation) -> tuple[str, ...]:
    """Return what was really wrong with who is alerted about, and ended by itself."""
    return tuple(
        f"{anchor.name}: {spike.statement}"
        for anchor in seen.anchors
        if (spike := _spike(seen, anchor)) is not None
    )


def _spike(seen: Situation, ref: ObjectRef) -> spikes.Spike | None:
    spike = spikes.last(seen.case.signals[ref].fact.total)
    return spike if spike and spike.ended_at >= seen.alerted_last - ALERT_LAG else None


def _history(seen: Situation, ref: ObjectRef) -> Iterator[str]:
    """Tell what raised the alert, as far as it is on record."""
    signals = seen.case.signals[ref]
    spike = _spike(seen, ref)
    if spike:
        yield f"{ref.name}: {spike.statement} ({signals.id})"
    for flap in scrapes.flapping(seen, ref):
        if flap.since < seen.alerted_last - ALERT_LAG:
            continue
        yield f"{ref.name}: {flap.statement} ({flap.evidence_id})"


def _standing(seen: Situation) -> Iterator[str]:
    """Tell how things stand now, with the evidence."""
    for ref in seen.anchors:
        signals, workload = seen.case.signals[ref], seen.case.workloads[ref]
        replicas = workload.fact.replicas
        yield (
            f"{replicas.ready} of {replicas.desired} pods of {ref.name} are ready ({workload.id}), "
            f"errors are at {seen.health[ref].error_ratio or 0.0:.1%} ({signals.id})"
        )
    if seen.case.alerts:
        yield f"none of its alerts fires any more ({seen.case.alerts.id})"


def _is_for_others_to_end(alert: Alert) -> bool:
    """Return whether an alert fires by a rule that is not Prometheus': its silence ends nothing."""
    path = alert.generator_url.partition("?")[0]
    return alert.status is AlertStatus.FIRING and any(part in path for part in ELSEWHERE)


def _is_all_up(seen: Situation) -> bool:
    looks = [seen.case.workloads.get(anchor) for anchor in seen.anchors]
    is_ready = all(
        look is not None and look.fact.replicas.ready >= look.fact.replicas.desired
        for look in looks
    )
    return is_ready and not any(scrapes.is_down(seen, anchor) for anchor in seen.anchors)


def _shows_trouble(cause: Cause) -> bool:
    """Return whether something beside a change is wrong with the cause's object."""
    if cause.fault_class not in CHANGES:
        return cause.confidence >= ranking.MIN_CONFIDENCE
    return any(
        finding.stance is Stance.FOR and finding.rule.startswith("pods.")
        for finding in cause.findings
    )
