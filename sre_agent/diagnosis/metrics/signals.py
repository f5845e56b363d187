"""Weighing a suspect by the requests its own service serves."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import new_pods
from sre_agent.diagnosis.situation import Situation
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a suspect whose signals got worse, and against a release that left them normal."""
    seen = situation.case.signals.get(hypothesis.object)
    health = situation.health.get(hypothesis.object)
    if seen is None or health is None:
        return
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    if health.is_unhealthy:
        onset = f" at {health.onset_at:%H:%M:%S}" if health.onset_at else ""
        yield suspect.speaks_for(
            "signals.own_signals_shifted",
            weights.OWN_SIGNALS_SHIFTED,
            f"{hypothesis.object.name}: {health.statement}{onset}",
            [seen.id],
        )
    elif (
        health.is_normal
        and hypothesis.fault_class is FaultClass.BAD_RELEASE
        and not new_pods.stuck(situation, hypothesis)  # pods that are not ready serve nobody
    ):
        yield suspect.speaks_against(
            "signals.own_signals_normal",
            weights.OWN_SIGNALS_NORMAL,
            f"{hypothesis.object.name} serves its requests as before",
            [seen.id],
        )
