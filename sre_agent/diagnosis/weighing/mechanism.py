"""Weighing a release of other settings by what these can break: does that fit what is complained of?"""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import commits, templates
from sre_agent.diagnosis.changes.scene import MAIN, SECOND, Complaint, Scene
from sre_agent.diagnosis.changes.told import Told
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import novelty
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

NAMED = frozenset({"words.taken_away", "words.brought"})
FITS, NOTHING_FITS = "mechanism.fits", "mechanism.none"
HALF = 0.5
"""A template tells less than code, and the trouble is told in fewer words."""


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a release whose settings lead to what fails, against one whose settings cannot.

    Of another image nobody knows what it does.
    """
    release = hypothesis.release
    if hypothesis.fault_class is not FaultClass.BAD_RELEASE or release is None:
        return
    if not release.revision.changes or templates.has_another_image(release):
        return
    suspect, ids = Suspect(hypothesis.fault_class, hypothesis.object), release.evidence_ids
    if templates.is_for_people(release):
        text = f"revision {release.revision.number} changed only labels and annotations of its pods"
        yield suspect.speaks_against("change.harmless", weights.CHANGE_HARMLESS, text, ids)
        return
    if _shows_in_pods(situation, hypothesis.object):
        return
    scene = _scene(situation, hypothesis.object)
    for reason in commits.reasons(scene, templates.commit(release), None, {}):
        if reason.rule in NAMED or (reason.rule == FITS and reason.weight > 0.0):
            weight = min(weights.CHANGE_FITS, HALF * reason.weight)
            yield suspect.speaks_for("change.fits", weight, reason.statement, ids)
            return
        if reason.rule == NOTHING_FITS and scene.symptoms:
            yield suspect.speaks_against(
                "change.leads_elsewhere", weights.CHANGE_LEADS_ELSEWHERE, reason.statement, ids
            )


def _scene(situation: Situation, ref: ObjectRef) -> Scene:
    """Return the trouble of a workload in the words of all who complain of it."""
    onset_s = situation.onset(ref).at.timestamp()
    return Scene(
        told=Told(service=ref.name, text="", fired_at_s=onset_s),
        first=ref.name,
        failing={ref.name: onset_s},
        onset_s=onset_s,
        complaints=tuple(_complaints(situation, ref)),
        frames=(),
        shifts={},
    )


def _complaints(situation: Situation, ref: ObjectRef) -> Iterator[Complaint]:
    case = situation.case
    for alert in case.incident.alerts:
        text = " ".join(
            (alert.name, *(alert.annotations[key] for key in sorted(alert.annotations)))
        )
        yield Complaint(case.incident.service, text, SECOND)
    for item in dict.fromkeys((ref, *situation.anchors)):
        for pattern in novelty.new_patterns(case, item):
            yield Complaint(item.name, f"{pattern.template} {pattern.sample}", MAIN)
        health = situation.health.get(item)
        if health and health.latency:
            yield Complaint(item.name, health.statement, SECOND)


def _shows_in_pods(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether pods of a workload are ill: what ails them, their state says more exactly."""
    seen = situation.case.workloads.get(ref)
    return any(
        not pod.ready or status.last_terminated is not None
        for pod in (seen.fact.pods if seen else ())
        for status in pod.containers
    )
