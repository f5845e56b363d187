"""Trouble that was repaired and came back with the next release, too soon for a pause to be sure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sre_agent.diagnosis import changes
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.metrics.changepoint import Shift
from sre_agent.domain.observations.metrics import Point


def is_relapse(situation: Situation, found: Sequence[Release], newest: Release) -> bool:
    """Return whether a release ended a calm that bringing an earlier revision back had made.

    The trouble seems to be older than the release then, but that was an earlier episode: the
    repair answered it, and a sample between the two shows that all was well again.

    Args:
        situation: what is known.
        found: all releases of the workload, newest first.
        newest: the newest of them that is more than a restart.
    """
    before = changes.previous(found, newest)
    if before is None or not before.is_return:
        return False
    calm = (before.started_at, newest.started_at + _smoothing(situation, newest))
    return any(
        shift.onset_at <= before.started_at
        and any(calm[0] < point.at <= calm[1] for point in _in_range(shift, points))
        for shift, points in _shifts(situation, newest)
    )


def _shifts(situation: Situation, release: Release) -> Iterator[tuple[Shift, Sequence[Point]]]:
    seen = situation.suffering(release.object)
    if seen is None:
        return
    health, total = situation.health[seen], situation.case.signals[seen].fact.total
    if health.errors:
        yield health.errors, total.errors.points
    if health.latency and total.latency_p99:
        yield health.latency, total.latency_p99.points


def _smoothing(situation: Situation, release: Release) -> timedelta:
    """Return how long after a change a rate may still show the state before it: one step."""
    seen = situation.suffering(release.object)
    step_s = situation.case.signals[seen].fact.step_s if seen else 0.0
    return timedelta(seconds=step_s)


def _in_range(shift: Shift, points: Sequence[Point]) -> Iterator[Point]:
    middle = (shift.baseline + shift.level) / 2
    return (point for point in points if point.value <= middle)
