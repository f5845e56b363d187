"""Two names for one trouble: which of them describes it better."""

from collections.abc import Iterator, Sequence

from sre_agent.config import catalogue
from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import new_pods
from sre_agent.diagnosis.proposing import failing_requests
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass

SPECIFIC = frozenset(
    {
        FaultClass.MISSING_CONFIGURATION,
        FaultClass.OUT_OF_MEMORY,
        FaultClass.MEMORY_LEAK,
        FaultClass.IMAGE_UNAVAILABLE,
    }
)
"""Faults that say what about a release is bad, so that they name it better than the release does."""
UNSPECIFIC = frozenset({FaultClass.CRASH_LOOP, FaultClass.NO_ENDPOINTS})
"""Faults that only say how the trouble shows."""


def weigh(
    hypothesis: Hypothesis, hypotheses: Sequence[Hypothesis], said: Sequence[Finding]
) -> Iterator[Finding]:
    """Speak against the less telling of two hypotheses about the same object.

    `said` is what was found about the hypothesis so far.
    """
    same = [
        item
        for item in hypotheses
        if _is_about(item, hypothesis) and item is not hypothesis and item.is_supported
    ]
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    better, weight = _better(hypothesis, same)
    if _is_seen_only_from_outside(hypothesis):
        better = [item for item in same if not _is_seen_only_from_outside(item)]
        weight = weights.SPECIFIC_BEATS_RELEASE
    elif better and _says_what_is_bad(better[0]):
        weight += _of_unready_pods(said)
    for item in better[:1]:
        yield suspect.speaks_against(
            "description.narrower_cause",
            weight,
            f"better described as {item.fault_class} ({item.statement})",
            item.findings[0].evidence_ids,
        )


def _of_unready_pods(said: Sequence[Finding]) -> float:
    """Return what a release was given for pods that do not come up: the narrower cause says why."""
    return sum(finding.weight for finding in said if finding.rule == new_pods.UNREADY)


def _is_seen_only_from_outside(item: Hypothesis) -> bool:
    """Return whether only requests tell of it: where they fail, and not why."""
    return all(finding.rule == failing_requests.RULE for finding in item.findings)


def _is_about(item: Hypothesis, hypothesis: Hypothesis) -> bool:
    """Return whether one speaks of the other's object, or of a namespace that refuses its pods."""
    ref = hypothesis.object
    return item.object == ref or item.facts.get("refused") == str(ref)


def _better(hypothesis: Hypothesis, same: Sequence[Hypothesis]) -> tuple[list[Hypothesis], float]:
    if hypothesis.fault_class is FaultClass.BAD_RELEASE:
        found = [
            item
            for item in same
            if (item.release and _says_what_is_bad(item))
            or item.fault_class is FaultClass.UNHEALTHY_POD
            or _is_scaled_away(item)
        ]
        return found, weights.SPECIFIC_BEATS_RELEASE
    if _is_scaled_away(hypothesis) or hypothesis.fault_class is FaultClass.UNHEALTHY_POD:
        return [], 0.0
    exact = [item for item in same if _explains(item, hypothesis)]
    if exact:
        return exact, weights.SPECIFIC_BEATS_RELEASE
    if hypothesis.fault_class in UNSPECIFIC:
        narrow = [item for item in same if item.fault_class in SPECIFIC]
        cause = [
            item
            for item in same
            if item.fault_class is FaultClass.BAD_RELEASE
            and (hypothesis.release or hypothesis.fault_class is FaultClass.NO_ENDPOINTS)
        ]
        crash = [
            item
            for item in same
            if hypothesis.fault_class is FaultClass.NO_ENDPOINTS
            and item.fault_class is FaultClass.CRASH_LOOP
        ]
        return [*narrow, *cause, *crash], weights.RELEASE_BEATS_CRASH
    return [], 0.0


def _says_what_is_bad(item: Hypothesis) -> bool:
    """Return whether what came with a release is no mere sign of one that is bad."""
    is_release = item.fault_class is FaultClass.BAD_RELEASE
    is_sign = catalogue.shipped().explains(FaultClass.BAD_RELEASE, item.fault_class)
    return item.fault_class in SPECIFIC or not (is_release or is_sign)


def _explains(item: Hypothesis, wide: Hypothesis) -> bool:
    """Return whether the catalogue calls a class narrower than another; a release has its own rules."""
    if item.fault_class is FaultClass.BAD_RELEASE:
        return False
    return catalogue.shipped().explains(item.fault_class, wide.fault_class)


def _is_scaled_away(hypothesis: Hypothesis) -> bool:
    """Return whether somebody took the pods away, which says all there is to say of their absence."""
    is_absence = hypothesis.fault_class is FaultClass.NO_ENDPOINTS
    return is_absence and "current_replicas" in hypothesis.facts
