"""Targets that cannot be scraped now and then, which says nothing of the requests they serve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import Point, Series, SeriesList

FRESH = timedelta(seconds=30)
"""A target that has not been looked for this long is gone."""
LATELY = timedelta(minutes=1)
"""What came back this long before an alert, or later, was not down all the time."""
UP = 0.5
"""The metric `up` is 1 or 0; an average of several is in between."""


@dataclass(frozen=True)
class Flapping:
    """A target whose scrapes failed for a while, so often, and worked again, if not for long."""

    target: str
    times: int
    since: datetime
    is_down_again: bool
    evidence_id: EvidenceId

    @property
    def statement(self) -> str:
        """Return what happened, as part of a sentence."""
        often = "once" if self.times == 1 else f"{self.times} times"
        again = ", and is losing it again by now" if self.is_down_again else ""
        return (
            f"Prometheus could not scrape {self.target} {often} and could again at "
            f"{self.since:%H:%M:%S}{again}, while requests were served"
        )


def flapping(situation: Situation, ref: ObjectRef) -> tuple[Flapping, ...]:
    """Return the targets of a workload that were down for a while and came back."""
    newest: dict[str, Flapping] = {}
    for seen in situation.case.targets:
        for series in _series_of(situation, seen, ref):
            back = _recoveries(series.points)
            if back:
                is_down = series.points[-1].value < UP
                name = _name(series)
                newest[name] = Flapping(name, len(back), back[-1], is_down, seen.id)
    return tuple(newest[name] for name in sorted(newest))


def is_down(situation: Situation, ref: ObjectRef) -> bool:
    """Return whether a target of a workload cannot be scraped now, by the newest look.

    One that came back about when the alert fired or since, and is down again, is flapping.
    """
    since = situation.alerted_last - LATELY
    for seen in situation.case.targets[-1:]:
        fresh_after = seen.fact.end - FRESH
        for series in _series_of(situation, seen, ref):
            came_back = any(at >= since for at in _recoveries(series.points))
            if _is_down(series.points, fresh_after) and not came_back:
                return True
    return False


def _series_of(situation: Situation, seen: Seen[SeriesList], ref: ObjectRef) -> Iterator[Series]:
    return (series for series in seen.fact.series if situation.named_by(series.labels) == ref)


def _is_down(points: Sequence[Point], fresh_after: datetime) -> bool:
    """Return whether a target that is still looked for is down; one that is gone is not."""
    return bool(points) and points[-1].value < UP and points[-1].at >= fresh_after


def _recoveries(points: Sequence[Point]) -> list[datetime]:
    """Return when a target that was down came back."""
    return [after.at for before, after in pairwise(points) if before.value < UP <= after.value]


def _name(series: Series) -> str:
    labels = series.labels
    return labels.get("pod") or labels.get("instance") or labels.get("job") or "a target"
