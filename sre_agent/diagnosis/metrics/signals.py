"""Weighing a suspect by the requests its own service serves."""

from collections.abc import Iterator

from sre_agent.config import catalogue
from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import alert_names
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import new_pods
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

ASTRAY = frozenset({Layer.ROUTING, Layer.NETWORKING})
"""Layers whose faults keep requests from arriving; those that do arrive are served as before."""

CHANGES = frozenset({FaultClass.BAD_RELEASE, FaultClass.BAD_CONFIG_CHANGE})


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a suspect that serves worse than it did, and against one that serves as before.

    The pods of an alerting service may be ill while others serve for them, so that good signals
    excuse it from a bad change only.
    """
    ref = hypothesis.object
    seen, health = situation.case.signals.get(ref), situation.health.get(ref)
    firing = _about_requests(situation, ref)
    suspect = Suspect(hypothesis.fault_class, ref)
    if seen and health and health.is_unhealthy:
        onset = f" at {health.onset_at:%H:%M:%S}" if health.onset_at else ""
        text = f"{ref.name}: {health.statement}{onset}"
        yield suspect.speaks_for(
            "signals.own_signals_shifted", weights.OWN_SIGNALS_SHIFTED, text, [seen.id]
        )
    elif firing and situation.case.alerts:
        names = ", ".join(firing)
        yield suspect.speaks_for(
            "signals.alert_fires",
            weights.ALERT_FIRES,
            f"Prometheus has {names} firing for {ref.name}",
            [situation.case.alerts.id],
        )
    elif seen and health and health.is_normal and _would_show(situation, hypothesis):
        text = f"{ref.name} serves its requests as before"
        yield suspect.speaks_against(
            "signals.own_signals_normal", weights.OWN_SIGNALS_NORMAL, text, [seen.id]
        )


def _about_requests(situation: Situation, ref: ObjectRef) -> list[str]:
    """Return the alerts of a workload that fire, save those that say only what cannot be scraped."""
    names = sorted(situation.firing.get(ref, ()))
    return [name for name in names if not alert_names.is_about_targets(name)]


def _would_show(situation: Situation, hypothesis: Hypothesis) -> bool:
    """Return whether the suspect's guilt would show in the requests it serves.

    What others suffer from does. What the alert itself names may be pods that serve nobody; and
    requests that go astray on their way are counted by nobody they were meant for.
    """
    if _goes_astray(hypothesis.fault_class):
        return False
    if hypothesis.object not in situation.anchors:
        return True
    is_change = hypothesis.fault_class in CHANGES
    return is_change and not new_pods.stuck(situation, hypothesis)


def _goes_astray(fault_class: FaultClass) -> bool:
    is_absence = fault_class is FaultClass.NO_ENDPOINTS  # of pods, and not of the way to them
    return catalogue.shipped()[fault_class].layer in ASTRAY and not is_absence
