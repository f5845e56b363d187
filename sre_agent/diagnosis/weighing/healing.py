"""Weighing a release by what its pods did before the trouble: what healed, or served well, did not break."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.durations import say
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics.changepoint import LEAST_PAUSE, RECENT, Shift
from sre_agent.diagnosis.metrics.health import ERROR_CEILING, Health
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.observations.metrics import GoldenSignals, Point

LEAST_CALM = timedelta(seconds=25)
"""What a release breaks shows within this of its first pod, mostly; a calm this long is its doing."""


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak against a release that ended a trouble, or that restores what ran and served well since.

    What began after such a calm began for another reason.
    """
    release, onset_at = hypothesis.release, hypothesis.facts.get("onset_at")
    if hypothesis.fault_class is not FaultClass.BAD_RELEASE or release is None:
        return
    if release.is_rolling_out or not isinstance(onset_at, str):
        return
    shows = situation.suffering(release.object) or release.object
    seen, health = situation.case.signals.get(shows), situation.health.get(shows)
    since, until = _served_since(situation, release), datetime.fromisoformat(onset_at)
    if seen is None or until - since < LEAST_CALM:
        return
    for points, bound in _measured(seen, health):
        told = _told(release, points, bound, (since, until))
        if told:
            yield Suspect(hypothesis.fault_class, release.object).speaks_against(
                "change.release_healed",
                weights.RELEASE_HEALED,
                f"{told} for {say(until - since)} until the trouble began",
                [seen.id, *release.evidence_ids],
            )
            return


def _told(
    release: Release, points: Sequence[Point], bound: float, calm: tuple[datetime, datetime]
) -> str | None:
    """Return what shows that a release did good, or None where nothing does."""
    since, until = calm
    before = [point.value for point in points if point.at <= since][-RECENT:]
    after = [point.value for point in points if since < point.at < until]
    if len(after) < LEAST_PAUSE or max(after[-LEAST_PAUSE:]) > bound:
        return None
    number = release.revision.number
    if before and max(before) > bound:
        return f"revision {number} ended an earlier trouble, and all was well"
    if release.is_return and max(after) <= bound:
        return f"revision {number} is one that ran before, and it served well"
    return None


def _measured(
    seen: Seen[GoldenSignals], health: Health | None
) -> Iterator[tuple[Sequence[Point], float]]:
    """Yield the signals that tell of the trouble, each with the level above which it does."""
    total, latency = seen.fact.total, health.latency if health else None
    yield total.errors.points, _bound(health.errors if health else None)
    if latency and total.latency_p99:
        yield total.latency_p99.points, _bound(latency)


def _bound(shift: Shift | None) -> float:
    return (shift.baseline + shift.level) / 2 if shift else ERROR_CEILING


def _served_since(situation: Situation, release: Release) -> datetime:
    """Return when the first pod of a release could serve, as far as that is known."""
    workload = situation.case.workloads.get(release.object)
    begun = [
        status.started_at
        for pod in (workload.fact.pods if workload else ())
        if pod.template_hash == release.revision.template_hash
        for status in pod.containers
        if status.started_at
    ]
    return max(release.started_at, min(begun, default=release.started_at))
