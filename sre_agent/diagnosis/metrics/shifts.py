"""How far each metric is from where it was at the beginning of what was measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.domain.telemetry import Floats, MetricTable

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


def shifts(table: MetricTable, begun_s: float | None = None) -> Shifts:
    """Return the shift of every metric that has samples after the beginning.

    Where it is known when the trouble began, what has no sample from before has no shift.

    Args:
        table: metrics from before the trouble and since.
        begun_s: when it began, in seconds since the epoch, if that is known.
    """
    if not len(table.times):
        return {}
    calm = _calm_rows(table, begun_s)
    values = _counted(table)
    before, since = _medians(values[:calm]), _means(values[calm:])
    is_new = np.count_nonzero(~np.isnan(values[:calm]), axis=0) == 0
    found: dict[str, dict[str, Shift]] = {}
    rows = zip(
        table.keys, before.tolist(), since.tolist(), np.asarray(is_new).tolist(), strict=True
    )
    for key, level, now, new in rows:
        if not (math.isnan(now) or (new and begun_s is not None)):
            found.setdefault(key.entity, {})[key.metric] = Shift(level, now)
    return found


def _calm_rows(table: MetricTable, begun_s: float | None) -> int:
    if begun_s is None:
        return max(1, round(len(table.times) * CALM_SHARE))
    return int(np.searchsorted(table.times, begun_s))


def _counted(table: MetricTable) -> Floats:
    """Return the samples; a latency of nothing is no latency: then no request was answered."""
    latency = np.array([kind_of(key.metric) is Kind.LATENCY for key in table.keys], dtype=bool)
    return np.where(latency & (table.values <= 0.0), np.nan, table.values)


def _medians(values: Floats) -> Floats:
    """Return each column's median, 0 where it has no sample: of all columns in one sweep."""
    ordered = np.sort(values, axis=0)  # with what is missing at the end
    count = np.count_nonzero(~np.isnan(values), axis=0)
    middles = np.array([np.maximum(count - 1, 0) // 2, count // 2])
    return np.where(count > 0, np.take_along_axis(ordered, middles, axis=0).mean(axis=0), 0.0)


def _means(values: Floats) -> Floats:
    """Return each column's mean, NaN where it has no sample."""
    known = ~np.isnan(values)
    count = np.count_nonzero(known, axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
