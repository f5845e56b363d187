"""How far each metric is from where it was at the beginning of what was measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.domain.telemetry import Floats, MetricKey, MetricTable

CALM_SHARE = 0.25
"""The first part of what was measured is taken to be before the trouble."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A metric's level before, as the median, and since, as the mean, with which stalls count."""

    before: float
    now: float

    @property
    def excess(self) -> float:
        """Return by how much it rose; what fell rose by nothing."""
        return max(0.0, self.now - self.before)

    def ratio(self, floor: float) -> float:
        """Return how many times the level of before it is now.

        Args:
            floor: what a level counts at least, so that next to nothing is not infinitely more.
        """
        return max(self.now, floor) / max(self.before, floor)


Shifts = Mapping[str, Mapping[str, Shift]]
"""By entity and metric."""


def shifts(table: MetricTable) -> Shifts:
    """Return the shift of every metric that has samples on both sides."""
    calm = max(1, round(len(table.times) * CALM_SHARE))
    found: dict[str, dict[str, Shift]] = {}
    for key, values in _columns(table):
        before, since = _known(values[:calm]), _known(values[calm:])
        if since.size:
            level = float(np.median(before)) if before.size else 0.0
            now = float(np.mean(since))
            found.setdefault(key.entity, {})[key.metric] = Shift(level, now)
    return found


def _columns(table: MetricTable) -> Iterator[tuple[MetricKey, Floats]]:
    """Yield the columns; a latency of nothing is no latency: then no request was answered."""
    for place, key in enumerate(table.keys):
        values = table.values[:, place]
        if kind_of(key.metric) is Kind.LATENCY:
            values = np.where(values > 0.0, values, np.nan)
        yield key, values


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]
