"""Pods that use more of a resource than they used to, measured against the limit or the machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry.tables import Floats, MetricKey, MetricTable

_SHARE = re.compile(r"%|percent|ratio|rate\b|rate\(|utili[sz]ation|saturation", re.IGNORECASE)
_WHOSE = re.compile(r"(?:^|[^a-z])(node|host|machine)|^(?:node|host)", re.IGNORECASE)
_KINDS: Mapping[FaultClass, re.Pattern[str]] = {
    FaultClass.CPU_OVERLOAD: re.compile("cpu", re.IGNORECASE),
    FaultClass.OUT_OF_MEMORY: re.compile("mem", re.IGNORECASE),
}
FULL = 100.0
"""Shares are percent."""
NOISE = 3.0
"""Robust standard deviations within which a sample says nothing."""
LEAST_RISE = 5.0
"""Percentage points; less is everyday life."""


@dataclass(frozen=True)
class Rise:
    """A resource that is used more: percent of what there is, before and now."""

    entity: str
    metric: str
    fault_class: FaultClass
    before: float
    now: float

    @property
    def points(self) -> float:
        """Return by how many percentage points it rose."""
        return self.now - self.before


def rises(table: MetricTable, start_s: float, end_s: float) -> tuple[Rise, ...]:
    """Return the shares of a resource that are out of the ordinary within a period.

    Args:
        table: samples of many entities; of these only shares in percent of CPU and memory are read.
        start_s: when the period begins, in seconds since the epoch; before it is what is usual.
        end_s: when it ends.
    """
    before, now = table.between(-np.inf, start_s), table.between(start_s, end_s)
    found = []
    for index, name in enumerate(table.keys):
        kind = _kind(name)
        if kind is None:
            continue
        usual, last = _known(before.values[:, index]), _known(now.values[:, index])
        rise = _rise(name, kind, usual, last)
        if rise:
            found.append(rise)
    return tuple(found)


def _rise(name: MetricKey, kind: FaultClass, usual: Floats, last: Floats) -> Rise | None:
    if not len(usual) or not len(last):
        return None
    middle = float(np.median(usual))
    spread = 1.4826 * float(np.median(np.abs(usual - middle)))
    peak = float(last.max())
    if peak - middle < max(LEAST_RISE, NOISE * spread) or peak <= float(np.quantile(usual, 0.95)):
        return None
    return Rise(name.entity, name.metric, kind, middle, peak)


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _kind(name: MetricKey) -> FaultClass | None:
    """Return what a full resource would mean, None where a metric is no share of a pod's resource."""
    if not _SHARE.search(name.metric) or _WHOSE.search(name.metric):
        return None
    return next((kind for kind, words in _KINDS.items() if words.search(name.metric)), None)
