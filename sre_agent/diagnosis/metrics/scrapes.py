"""Targets that cannot be scraped now and then, which says nothing of the requests they serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sre_agent.diagnosis.situation import Situation
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import Point, Series

FRESH = timedelta(seconds=30)
"""A target that has not been looked for this long is gone."""
UP = 0.5
"""The metric `up` is 1 or 0; an average of several is in between."""


@dataclass(frozen=True)
class Flapping:
    """A target whose scrapes failed for a while, so often, and worked again.

    `since` is when they began to work again, or None when they fail once more at present.
    """

    target: str
    times: int
    since: datetime | None
    evidence_id: EvidenceId

    @property
    def statement(self) -> str:
        """Return what happened, as part of a sentence."""
        often = "once" if self.times == 1 else f"{self.times} times"
        now = f"and can again since {self.since:%H:%M:%S}" if self.since else "and again cannot now"
        return (
            f"Prometheus could not scrape {self.target} {often} {now}, while requests were served"
        )


def flapping(situation: Situation, ref: ObjectRef) -> tuple[Flapping, ...]:
    """Return the targets of a workload that were down for a while and came up again."""
    found = []
    for seen in situation.case.targets:
        for series in seen.fact.series:
            if situation.named_by(series.labels) == ref:
                times, since = _outages(series.points)
                if times:
                    found.append(Flapping(_name(series), times, since, seen.id))
    newest = {item.target: item for item in found}
    return tuple(newest[name] for name in sorted(newest))


def is_down(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether a target of a workload cannot be scraped since it went down, by the newest look.

    One that went down and came up again before, and is down once more, comes and goes.
    """
    return any(
        _is_down(series.points, seen.fact.end - FRESH)
        for seen in situation.case.targets[-1:]
        for series in seen.fact.series
        if situation.named_by(series.labels) == ref
    )


def _is_down(points: Sequence[Point], fresh_after: datetime) -> bool:
    """Return whether a target that is still looked for is down for good; one that is gone is not."""
    if not points or points[-1].at < fresh_after:
        return False
    times, _ = _outages(points)
    return points[-1].value < UP and not times


def _outages(points: Sequence[Point]) -> tuple[int, datetime | None]:
    """Return how often a series was down, and since when it is up; no time when it is down."""
    times, since = 0, None
    for before, after in pairwise(points):
        if before.value < UP <= after.value:
            times, since = times + 1, after.at
    return times, since if points and points[-1].value >= UP else None


def _name(series: Series) -> str:
    labels = series.labels
    return labels.get("pod") or labels.get("instance") or labels.get("job") or "a target"
