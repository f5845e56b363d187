"""How far samples are from what is usual, in units that hold for every metric.

Level and scatter are the median and the median absolute deviation (Hampel, "The influence curve and
its role in robust estimation", JASA 69, 1974; Rousseeuw and Croux, "Alternatives to the median
absolute deviation", JASA 88, 1993). Neither says anything of a metric that stands still most of the
time: then its spread between quartiles, its mean deviation and a share of its own level say what is
small, so that a page of memory more in a constant series is never a thousand deviations.
"""

from dataclasses import dataclass

import numpy as np

from sre_agent.domain.telemetry import Floats, MetricTable

MAD_TO_SIGMA = 1.4826
IQR_TO_SIGMA = 0.7413
"""The median deviation, or the distance between the quartiles, times this is a standard
deviation, where values are normal."""
MEAN_TO_SIGMA = 1.2533
"""The scatter of a normal distribution in units of each of its robust measures."""
RELATIVE_FLOOR = 0.05
"""Less than a twentieth of a metric's own level is no deviation, however still it stood."""
FROM_NOTHING = 10.0
"""Deviations that the highest sample of a metric counts that was nothing but zero before."""


@dataclass(frozen=True, eq=False)
class Usual:
    """The level and the scatter of each column; NaN where it has no samples."""

    level: Floats
    scatter: Floats


def usual(table: MetricTable, relative_floor: float = RELATIVE_FLOOR) -> Usual:
    """Return the usual level and scatter of each column.

    Args:
        table: a time in which all was well.
        relative_floor: the least scatter, as a share of the level.
    """
    level = np.full(len(table.keys), np.nan)
    scatter = np.full(len(table.keys), np.nan)
    for index in range(len(table.keys)):
        samples = _samples(table.values[:, index])
        if samples.size:
            level[index] = np.median(samples)
            floor = relative_floor * abs(level[index])
            scatter[index] = max(_scatter(samples, float(level[index])), floor)
    return Usual(level, scatter)


def deviations(table: MetricTable, before: Usual) -> Floats:
    """Return how far each sample is from the usual level, signed, in units of the scatter.

    The shape is that of the table's values. A sample that is missing, or of a metric that has no
    usual level, does not deviate. Of a metric that was only zero, the farthest sample is
    `FROM_NOTHING` away.
    """
    distance = np.nan_to_num(table.values - before.level, nan=0.0)
    farthest = np.abs(distance).max(axis=0, initial=0.0)
    scatter = np.nan_to_num(before.scatter, nan=0.0)
    unit = np.where(scatter > 0.0, scatter, farthest / FROM_NOTHING)
    return distance / np.where(unit > 0.0, unit, 1.0)


def _samples(column: Floats) -> Floats:
    return column[~np.isnan(column)]


def _scatter(samples: Floats, level: float) -> float:
    """Return the widest of three robust measures: each is blind to some kind of series."""
    distance = np.abs(samples - level)
    low, high = np.percentile(samples, (25, 75))
    return max(
        MAD_TO_SIGMA * float(np.median(distance)),
        IQR_TO_SIGMA * float(high - low),
        MEAN_TO_SIGMA * float(distance.mean()),
    )
