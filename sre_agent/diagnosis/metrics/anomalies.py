"""Who deviates most from before, where nothing is known but two windows of metrics.

A metric's score is how many robust deviations it is away for a tenth of the time, as in BARO (Pham,
Ha and Zhang, "BARO: Robust root cause analysis for microservices via multivariate Bayesian online
change point detection", FSE 2024), whose maximum follows single outliers and whose scale has no floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sre_agent.diagnosis.metrics import onsets, scaling
from sre_agent.diagnosis.metrics.kinds import Kind, adverse, kind_of
from sre_agent.domain.telemetry import Floats, MetricKey, MetricTable

SHARE_OF_TIME = 90.0
"""Percentile over time: a deviation that lasts a tenth of the window counts in full."""
HARMLESS = 0.5
"""The weight of a deviation in the direction that is no trouble: others may have stopped asking."""
LEAST_SURE = 0.4
MOST_SURE = 0.98
"""Probabilities, of a first without any lead and of one far ahead: one deviation never proves a
cause."""
LEAD = 0.1
"""How sure the first is without any lead, with a great one, and the lead that makes most of it."""


@dataclass(frozen=True)
class Anomaly:
    """How far one metric is from before: `score` robust deviations, from `before` to `after`.

    `since_s` is when it left, in seconds since the epoch, None where it did not for long enough.
    """

    key: MetricKey
    score: float
    before: float
    after: float
    since_s: float | None = None


@dataclass(frozen=True)
class Deviant:
    """An entity by the metric of it that deviates most; `metrics` hold all of them, worst first."""

    entity: str
    metrics: tuple[Anomaly, ...]

    @property
    def score(self) -> float:
        """Return how many deviations the worst metric is away."""
        return self.metrics[0].score


def anomalies(before: MetricTable, after: MetricTable) -> tuple[Anomaly, ...]:
    """Return how far each metric that both windows have is from before, the farthest first."""
    known = set(before.keys)
    both = [key for key in after.keys if key in known]
    recent, reference = after.select(both), scaling.usual(before.select(both))
    away = np.where(np.isnan(recent.values), np.nan, scaling.deviations(recent, reference))
    listed = [
        Anomaly(
            key=key,
            score=_score(kind_of(key.metric), away[:, index]),
            before=float(reference.level[index]),
            after=_median(recent.values[:, index]),
            since_s=onsets.onset(recent.times, away[:, index]),
        )
        for index, key in enumerate(both)
    ]
    return tuple(sorted(listed, key=lambda item: (-item.score, item.key)))


def deviants(before: MetricTable, after: MetricTable) -> tuple[Deviant, ...]:
    """Return the entities by how far they are from before, the farthest first."""
    by_entity: dict[str, list[Anomaly]] = {}
    for item in anomalies(before, after):
        by_entity.setdefault(item.key.entity, []).append(item)
    listed = [Deviant(entity, tuple(items)) for entity, items in by_entity.items()]
    return tuple(sorted(listed, key=lambda item: (-item.score, item.entity)))


def _score(kind: Kind, away: Floats) -> float:
    known = away[~np.isnan(away)]
    if not known.size:
        return 0.0
    worse = np.maximum(adverse(kind, known), HARMLESS * np.abs(known))
    return float(np.percentile(worse, SHARE_OF_TIME))


def _median(column: Floats) -> float:
    samples = column[~np.isnan(column)]
    return float(np.median(samples)) if samples.size else float("nan")


def confidence(found: Sequence[Deviant]) -> float:
    """Return how sure it is that the first is where the trouble began: by its lead over the next.

    Deviations span orders of magnitude, so that leads are compared on a logarithmic scale.
    """
    scores = [float(np.log1p(item.score)) for item in found[:2]]
    lead = 1.0 - scores[1] / scores[0] if len(scores) > 1 and scores[0] > 0.0 else 0.0
    return MOST_SURE - (MOST_SURE - LEAST_SURE) * float(np.exp(-lead / LEAD))
