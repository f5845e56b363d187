"""Where a series is heading: "memory reaches its limit in 12 minutes".

The slope is the median of the slopes of all pairs of samples (Theil 1950; Sen, "Estimates of the
regression coefficient based on Kendall's tau", JASA 63, 1968), with Sen's interval of confidence; that
there is a trend at all is told by the test of Mann (1945) and Kendall (1975). Neither needs a noise
model, and both bear almost a third of outliers.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from sre_agent.domain.telemetry import Floats

MIN_SAMPLES = 8
"""Fewer samples make no trend."""
MAX_SAMPLES = 240
"""Longer series are thinned to this: pairs are quadratic."""
LEAST_CONFIDENCE = 0.99
"""A trend is none below this confidence."""
INTERVAL = 0.90
"""The share of forecasts that should come true within their bounds."""
RESET = 0.5
"""A fall by more than this share of all that was gained is a restart: what was before says nothing."""
NEIGHBOURS = 3
"""A fall lasts when the median of so many samples falls: a sample that stands alone is an outlier."""
STEADY = 0.5
"""The newer half has to rise at least this fast against the whole, or the rise is levelling off."""
LEAST_GAIN = 0.02
"""Of the limit: who gained less over all samples is only breathing."""
REACH = 6.0
"""No forecast goes further than so many times the time that was observed."""


@dataclass(frozen=True)
class Trend:
    """A slope in units per second, with its bounds; `confidence` that it is not zero, 0 to 1.

    `level` is the value on the line at `at_s`, the newest sample's time; `span_s` is how long it was observed.
    """

    slope: float
    slowest: float
    fastest: float
    confidence: float
    level: float
    at_s: float
    span_s: float

    @property
    def is_significant(self) -> bool:
        """Return whether the slope is hardly chance."""
        return self.confidence >= LEAST_CONFIDENCE


@dataclass(frozen=True)
class Forecast:
    """When a rising series reaches its limit: seconds from its newest sample.

    `earliest_s` and `latest_s` bound it (`latest_s` may be infinite); `confidence` is that of the rise.
    """

    eta_s: float
    earliest_s: float
    latest_s: float
    confidence: float
    trend: Trend
    limit: float

    def statement(self, what: str, unit: str) -> str:
        """Return the forecast as a sentence.

        Args:
            what: the series, such as "memory".
            unit: of the values; bytes are told in MiB.
        """
        scale, name = (1024.0**2, "MiB") if unit == "bytes" else (1.0, unit)
        per_minute = 60.0 * self.trend.slope / scale
        return (
            f"{what} rises by {per_minute:.3g} {name} a minute from {self.trend.level / scale:.4g} "
            f"{name} and reaches its limit of {self.limit / scale:.4g} {name} in {_told(self.eta_s)}"
        )


def trend(times: Floats, values: Floats) -> Trend | None:
    """Return the trend of a series since its last restart, or None with too few samples.

    Args:
        times: seconds, rising.
        values: in any unit; NaN where there is none.
    """
    at, value = _since_reset(*_thinned(*_known(times, values)))
    if len(at) < MIN_SAMPLES:
        return None
    slopes = _slopes(at, value)
    spread, confidence = _kendall(value)
    slowest, fastest = _interval(slopes, spread)
    slope = float(np.median(slopes))
    middle = float(np.median(value - slope * (at - at[-1])))
    return Trend(slope, slowest, fastest, confidence, middle, float(at[-1]), float(at[-1] - at[0]))


def time_to_limit(times: Floats, values: Floats, limit: float) -> Forecast | None:
    """Return when a series reaches its limit, or None when nothing says that it will.

    A series that rises but levels off, gains next to nothing, or would take longer than `REACH` times
    what was observed of it, has no forecast. One that is beyond its limit reaches it now.

    Args:
        times: seconds, rising.
        values: in the unit of the limit; NaN where there is none.
        limit: above which nothing goes, such as a container's memory limit.
    """
    found = trend(times, values)
    if found is None or limit <= 0.0 or not _goes_on(found, times, values, limit):
        return None
    room = max(0.0, limit - found.level)
    eta_s = room / found.slope
    if eta_s > REACH * found.span_s:
        return None
    return Forecast(
        eta_s=eta_s,
        earliest_s=room / max(found.fastest, found.slope),
        latest_s=room / found.slowest if found.slowest > 0.0 else float("inf"),
        confidence=found.confidence,
        trend=found,
        limit=limit,
    )


def _goes_on(found: Trend, times: Floats, values: Floats, limit: float) -> bool:
    if not found.is_significant or found.slope <= 0.0:
        return False
    if found.slope * found.span_s < LEAST_GAIN * limit:
        return False
    at, value = _since_reset(*_thinned(*_known(times, values)))
    half = len(at) // 2
    newer = float(np.median(_slopes(at[half:], value[half:])))
    return newer >= STEADY * found.slope


def _known(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(values)
    return times[known], values[known]


def _thinned(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return a series with at most so many samples, the newest among them."""
    stride = max(1, -(-len(times) // MAX_SAMPLES))
    return times[::-1][::stride][::-1], values[::-1][::stride][::-1]


def _since_reset(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return what came after the last lasting fall that took back most of what was gained."""
    if len(values) <= NEIGHBOURS:
        return times, values
    low, high = np.percentile(values, (10, 90))
    around = [
        float(
            np.median(values[max(0, row - NEIGHBOURS) : row]) - np.median(values[row:][:NEIGHBOURS])
        )
        for row in range(1, len(values))
    ]
    falls = np.flatnonzero(np.array(around) > RESET * (high - low)) if high > low else np.empty(0)
    if not falls.size:
        return times, values
    last = int(falls[-1])
    first = max(
        range(max(0, last - NEIGHBOURS), last + 1), key=lambda row: values[row] - values[row + 1]
    )
    return times[first + 1 :], values[first + 1 :]


def _slopes(times: Floats, values: Floats) -> Floats:
    """Return the slopes of all pairs, in order of size."""
    one, other = np.triu_indices(len(times), k=1)
    return np.sort((values[other] - values[one]) / (times[other] - times[one]))


def _kendall(values: Floats) -> tuple[float, float]:
    """Return the standard deviation of Kendall's S, and the confidence that it is not zero."""
    count = len(values)
    one, other = np.triu_indices(count, k=1)
    score = float(np.sign(values[other] - values[one]).sum())
    _, ties = np.unique(values, return_counts=True)
    tied = float((ties * (ties - 1.0) * (2.0 * ties + 5.0)).sum())
    deviation = float(np.sqrt(max(count * (count - 1.0) * (2.0 * count + 5.0) - tied, 0.0) / 18.0))
    if deviation == 0.0:
        return 0.0, 0.0
    distance = max(abs(score) - 1.0, 0.0) / deviation
    return deviation, 2.0 * NormalDist().cdf(distance) - 1.0


def _interval(slopes: Floats, deviation: float) -> tuple[float, float]:
    """Return the slopes between which the true one lies with the probability `INTERVAL`."""
    width = NormalDist().inv_cdf(0.5 + INTERVAL / 2.0) * deviation
    low = round((len(slopes) - width) / 2.0)
    high = round((len(slopes) + width) / 2.0)
    last = len(slopes) - 1
    return float(slopes[min(max(low, 0), last)]), float(slopes[min(max(high, 0), last)])


def _told(seconds: float) -> str:
    if seconds < 1.0:
        return "no time: it is there"
    if seconds < 120.0:  # noqa: PLR2004 - below two minutes, seconds are read more easily
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60.0:.0f} minutes"
