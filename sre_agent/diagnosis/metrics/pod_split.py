"""Comparing the pods of a new revision with the pods of the others, serving side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics.changepoint import RECENT
from sre_agent.diagnosis.metrics.health import ERROR_FLOOR
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations.metrics import Signal, SignalGroup

RATIO = 4.0
"""One side is worse when it is this many times the other, and by what matters."""
LATENCY_DIFFERENCE_S = 0.05


@dataclass(frozen=True)
class Sides:
    """The levels while both served since the onset: of the new revision's pods, and of all others."""

    new_errors: float | None
    old_errors: float | None
    new_latency_s: float | None
    old_latency_s: float | None
    ids: tuple[EvidenceId, ...]

    @property
    def only_new_fails(self) -> bool:
        """Return whether the trouble is with the new pods alone."""
        return _is_worse(self.new_errors, self.old_errors, ERROR_FLOOR) or _is_worse(
            self.new_latency_s, self.old_latency_s, LATENCY_DIFFERENCE_S
        )

    @property
    def both_fail(self) -> bool:
        """Return whether the old pods are about as bad as the new ones."""
        new, old = self.new_errors, self.old_errors
        return new is not None and old is not None and min(new, old) > max(ERROR_FLOOR, new / 2)


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a release whose pods alone fail, and against one whose predecessors fail as well."""
    sides = compare(situation, hypothesis)
    if hypothesis.fault_class is not FaultClass.BAD_RELEASE or sides is None:
        return
    suspect = Suspect(hypothesis.fault_class, hypothesis.object)
    if sides.only_new_fails and _is_over(situation, hypothesis):
        return
    if sides.only_new_fails:
        yield suspect.speaks_for(
            "pods.only_new_revision_fails",
            weights.NEW_PODS_FAIL_ALONE,
            f"only pods of the new revision fail: {_say(sides)}",
            sides.ids,
        )
    elif sides.both_fail:
        yield suspect.speaks_against(
            "pods.old_revision_fails_too",
            weights.OLD_PODS_FAIL_TOO,
            f"pods of the revision before fail as well: {_say(sides)}",
            sides.ids,
        )


def _is_over(situation: Situation, hypothesis: Hypothesis) -> bool:
    """Return whether the pods that failed are gone, and the service is well without them."""
    health, release = situation.health.get(hypothesis.object), hypothesis.release
    is_gone = release is not None and not release.is_current
    return is_gone and health is not None and health.is_normal


def compare(situation: Situation, hypothesis: Hypothesis) -> Sides | None:
    """Return both sides of a released workload, or None when they did not serve side by side."""
    release = hypothesis.release
    return sides(situation, release) if release and hypothesis.is_supported else None


def sides(situation: Situation, release: Release) -> Sides | None:
    """Return the levels of a release's pods and of all others while both served, since the onset.

    Pods that were gone before the new ones answered were asked at another moment: what they show is
    how the world was then, and says nothing of the revision.
    """
    ref = release.object
    signals, workload = situation.case.signals.get(ref), situation.case.workloads.get(ref)
    new, old = _groups(situation, release)
    span = _together(new, old, max(situation.onset(ref).at, release.started_at))
    if signals is None or workload is None or span is None:
        return None
    return Sides(
        new_errors=_median((group.errors for group in new), *span),
        old_errors=_median((group.errors for group in old), *span),
        new_latency_s=_median((group.latency_p99 for group in new), *span),
        old_latency_s=_median((group.latency_p99 for group in old), *span),
        ids=(signals.id, workload.id),
    )


def fails_alone(situation: Situation, release: Release, since: datetime) -> bool:
    """Return whether a release's pods are seen to err since a moment, and no others do."""
    new, old = _groups(situation, release)
    level = _median((group.errors for group in new), since)
    others = _median((group.errors for group in old), since) or 0.0
    return level is not None and _is_worse(level, others, ERROR_FLOOR)


def others_failed_before(situation: Situation, release: Release) -> bool:
    """Return whether pods of other revisions were failing when a release began."""
    _, old = _groups(situation, release)
    recent = [
        [point.value for point in group.errors.points if point.at <= release.started_at][-RECENT:]
        for group in old
    ]
    return any(values and median(values) > ERROR_FLOOR for values in recent)


def _groups(situation: Situation, release: Release) -> tuple[list[SignalGroup], list[SignalGroup]]:
    """Return the signals by pod, of the release's pods and of others that are known."""
    ref = release.object
    signals, workload = situation.case.signals.get(ref), situation.case.workloads.get(ref)
    hashes = {pod.name: pod.template_hash for pod in (workload.fact.pods if workload else ())}
    new: list[SignalGroup] = []
    old: list[SignalGroup] = []
    for group in signals.fact.pods if signals else ():
        name = group.labels.get("pod", "")
        template_hash = hashes.get(name) or _hash_of(name, ref.name)
        if template_hash:
            side = new if template_hash == release.revision.template_hash else old
            side.append(group)
    return new, old


def _together(
    new: Iterable[SignalGroup], old: Iterable[SignalGroup], since: datetime
) -> tuple[datetime, datetime] | None:
    """Return the first and the last moment at which what both sides served is known, if any.

    A sample tells of the step before it. Where both sides have their first one, the old pods may
    have served the begin of that step and the new ones its end, so it takes another.
    """
    measured = [
        {point.at for group in side for point in group.errors.points} for side in (new, old)
    ]
    shared = sorted(at for at in set.intersection(*measured) if at >= since)[1:]
    return (shared[0], shared[-1]) if shared else None


def _hash_of(pod: str, workload: str) -> str:
    """Return the template hash in a generated pod name, for pods that are gone by now."""
    rest = pod.removeprefix(f"{workload}-")
    return rest.partition("-")[0] if rest != pod and "-" in rest else ""


def _level(signal: Signal | None, since: datetime, until: datetime | None) -> float | None:
    points = signal.points if signal else ()
    values = [
        point.value for point in points if since <= point.at and (not until or point.at <= until)
    ]
    return median(values) if values else None


def _median(
    signals: Iterable[Signal | None], since: datetime, until: datetime | None = None
) -> float | None:
    levels = [level for signal in signals if (level := _level(signal, since, until)) is not None]
    return median(levels) if levels else None


def _is_worse(new: float | None, old: float | None, floor: float) -> bool:
    return new is not None and old is not None and new > max(RATIO * old, old + floor)


def _say(sides: Sides) -> str:
    parts = []
    if sides.new_errors is not None and sides.old_errors is not None:
        parts.append(f"errors {sides.new_errors:.1%} against {sides.old_errors:.1%}")
    if sides.new_latency_s is not None and sides.old_latency_s is not None:
        parts.append(f"p99 {sides.new_latency_s:.3g} s against {sides.old_latency_s:.3g} s")
    return ", ".join(parts)
