"""When each metric left its usual range for good, and in which direction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sre_agent.domain.telemetry.tables import Floats, MetricKey, MetricTable

CALM_SHARE = 0.4
"""The first part of the samples in which all is taken to be well."""
SIGMAS = 6.0
"""Robust standard deviations that everyday life does not leave."""
LEAST_SHARE = 0.1
"""Of the whole way to its extreme that a metric has to go to have left."""
LASTING = 0.6
"""Share of the samples from then on that stay outside."""
LEAST_CHANGE = 0.25
"""Of the usual level; a metric that moves less is as it was."""


@dataclass(frozen=True)
class Onset:
    """A metric that left its range: since when (seconds), from which level to which extreme."""

    key: MetricKey
    at_s: float
    before: float
    after: float

    @property
    def is_rise(self) -> bool:
        """Return whether it is above what it used to be."""
        return self.after > self.before


def onsets(table: MetricTable) -> Mapping[MetricKey, Onset]:
    """Return the metrics that left their range, with the first sample that was outside."""
    found = {}
    for index, key in enumerate(table.keys):
        column = table.values[:, index]
        known = ~np.isnan(column)
        onset = _onset(key, table.times[known], column[known])
        if onset:
            found[key] = onset
    return found


def _onset(key: MetricKey, times: Floats, values: Floats) -> Onset | None:
    calm = values[: max(3, int(CALM_SHARE * len(values)))]
    if len(values) <= len(calm):
        return None
    level = float(np.median(calm))
    spread = 1.4826 * float(np.median(np.abs(calm - level)))
    away = values - level
    extreme = float(away[np.argmax(np.abs(away))])
    bound = max(SIGMAS * spread, LEAST_SHARE * abs(extreme))
    if abs(extreme) < max(bound, LEAST_CHANGE * abs(level)) or abs(extreme) <= SIGMAS * spread:
        return None
    outside = np.sign(away) * np.sign(extreme) * np.abs(away) > bound
    for start in np.flatnonzero(outside):
        if outside[start:].mean() >= LASTING:
            return Onset(key, float(times[start]), level, level + extreme)
    return None
