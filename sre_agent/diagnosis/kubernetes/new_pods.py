"""Weighing a release by the pods it made: do they come up, and did the others?"""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.kubernetes import pods
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.kubernetes import Pod

UNREADY = "pods.new_revision_not_ready"
"""The rule that hears it from the new pods."""


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a release whose pods do not become ready while the others are."""
    seen = situation.case.workloads.get(hypothesis.object)
    new, old = split(situation, hypothesis)
    unready = stuck(situation, hypothesis)
    if seen is None or not unready or not hypothesis.is_supported:
        return
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    if old and not any(pod.ready for pod in old):
        yield suspect.speaks_against(
            "pods.old_revision_unready_too",
            weights.OLD_PODS_FAIL_TOO,
            "pods of the revision before are not ready either",
            [seen.id],
        )
    else:
        yield suspect.speaks_for(
            UNREADY,
            weights.NEW_PODS_UNREADY,
            f"{len(unready)} of {len(new)} pods of the new revision are not ready",
            [seen.id],
        )


def split(situation: Situation, hypothesis: Hypothesis) -> tuple[list[Pod], list[Pod]]:
    """Return the living pods of a suspected release, and those of other revisions."""
    seen, release = situation.case.workloads.get(hypothesis.object), hypothesis.release
    if hypothesis.fault_class is not FaultClass.BAD_RELEASE or seen is None or release is None:
        return [], []
    living = [pod for pod in seen.fact.pods if pod.phase != "Succeeded"]
    new = [pod for pod in living if pod.template_hash == release.revision.template_hash]
    return new, [pod for pod in living if pod.template_hash != release.revision.template_hash]


def stuck(situation: Situation, hypothesis: Hypothesis) -> list[Pod]:
    """Return the pods of a suspected release that should be ready by now and are not."""
    new, _ = split(situation, hypothesis)
    return [
        pod
        for pod in new
        if not pod.ready
        and pods.is_settled(situation, pod)
        and not pods.is_on_failed_node(situation, pod)
    ]
