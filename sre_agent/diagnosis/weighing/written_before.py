"""Weighing what objects of the cluster show by whether somebody wrote such an object before the onset."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from sre_agent.config import catalogue
from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import written
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Finding
from sre_agent.domain.changes import ObjectChange

NEAR = timedelta(minutes=30)
"""What was written longer before the trouble did not bring it."""
KINDS_OF: Mapping[Layer, frozenset[str]] = {
    Layer.ADMISSION: frozenset({"ResourceQuota", "LimitRange"}),
    Layer.CONFIG: written.SETTINGS,
    Layer.NETWORKING: frozenset({"NetworkPolicy"}),
    Layer.ROUTING: frozenset({"Service"}),
    Layer.WORKLOADS: frozenset({"HorizontalPodAutoscaler"}),
}
"""Which objects, written wrongly, bring the faults of a layer."""


def weighed(situation: Situation, view: View, hypothesis: Hypothesis) -> Hypothesis:
    """Return a hypothesis with what speaks for it of the objects that were written before the onset."""
    found = tuple(_findings(situation, view, hypothesis))
    return replace(hypothesis, findings=(*hypothesis.findings, *found)) if found else hypothesis


def _findings(situation: Situation, view: View, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Yield a finding for the newest object that can be behind it and was written just before."""
    kinds = KINDS_OF.get(catalogue.shipped()[hypothesis.fault_class].layer)
    if not kinds or not hypothesis.is_supported:
        return
    onset = situation.onset(hypothesis.object)
    for change in reversed(written.recent(view, onset.at - NEAR)):
        gap = onset.at - written.at(change)
        if change.ref.kind not in kinds or gap < -onset.tolerance:
            continue
        if _reaches(view, change, hypothesis):
            yield Suspect(hypothesis.fault_class, hypothesis.object).speaks_for(
                "change.object_before_onset",
                weights.WRITTEN_BEFORE_ONSET,
                f"{written.told(change)} {say(max(gap, timedelta(0)))} before the trouble began",
                [change.source],
            )
            return


def _reaches(view: View, change: ObjectChange, hypothesis: Hypothesis) -> bool:
    ref = hypothesis.object
    if ref.kind == "Namespace":
        return ref.name == change.ref.namespace
    return ref == change.ref or ref in written.reached(view, change)
