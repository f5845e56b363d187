"""What an entity's trouble costs all its requests together: seconds waited, or requests failed.

Totals add up along calls where averages do not: what a callee costs is part of what its callers
cost, in the same unit, however many calls each of them makes. What remains is an entity's own.
"""

from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.metrics.kinds import Kind
from sre_agent.domain.telemetry import Floats, MetricTable

NOISE_PERCENTILE = 90.0
"""What an entity costs beyond its level in all but a tenth of a time in which all was well."""
CALM_ROWS = 1
"""Rows at the start of the recent window that are taken to be before the trouble."""


@dataclass(frozen=True, eq=False)
class Burden:
    """One entity's cost beyond the usual: `excess` per row of the recent window, shape (T,).

    `noise` is what it costs beyond the usual when all is well; `level` the usual value of the
    metric, and `values` its recent ones.
    """

    entity: str
    kind: Kind
    excess: Floats
    noise: float
    level: float
    values: Floats

    def total(self, weights: Floats) -> float:
        """Return the mean excess over the rows by their weights, which add up to one."""
        return float(weights @ self.excess)


def burden(usual: MetricTable, lately: MetricTable, entity: str, kind: Kind) -> Burden:
    """Return what an entity costs lately beyond what it usually does, and beyond a moment ago.

    Both have to be exceeded, since levels move from week to week. Without any samples it costs
    nothing. Tables name metrics by their kind.
    """
    metric = kind.value
    keys = [(entity, metric), (entity, Kind.TRAFFIC.value)]
    past, now = usual.select(keys).values, lately.select(keys).values
    known = past[~np.isnan(past[:, 0]), 0]
    level = float(np.median(known)) if known.size else _untold(now[:, 0])
    calm = now[:CALM_ROWS, 0]
    reference = np.nanmax([level, *calm[~np.isnan(calm)]])
    noise = _cost(past, level)
    return Burden(
        entity=entity,
        kind=kind,
        excess=_cost(now, float(reference)),
        noise=float(np.percentile(noise, NOISE_PERCENTILE)) if noise.size else 0.0,
        level=level,
        values=now[:, 0],
    )


def _untold(values: Floats) -> float:
    """Return the level of what was never seen before: the least of what is seen now."""
    known = values[~np.isnan(values)]
    return float(known.min()) if known.size else 0.0


def _cost(rows: Floats, level: float) -> Floats:
    """Return what each row costs beyond a level: the metric's excess times the requests, if told."""
    traffic = rows[:, 1]
    requests = np.ones(len(rows)) if np.isnan(traffic).all() else np.nan_to_num(traffic, nan=0.0)
    beyond = np.nan_to_num(rows[:, 0] - level, nan=0.0)
    return np.asarray(beyond.clip(min=0.0) * requests)
