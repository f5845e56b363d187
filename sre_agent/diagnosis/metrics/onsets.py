"""Since when a metric is away from what is usual.

The cumulative sum of how far it is beyond what any metric may be (Page, "Continuous inspection schemes",
Biometrika 41, 1954) rises from the moment of the change on; small lasting changes and large brief
ones both add up, and single outliers do not.
"""

import numpy as np

from sre_agent.domain.telemetry import Floats

ALLOWED = 1.5
"""Robust deviations that every metric may be away at any time."""
ENOUGH = 8.0
"""Deviations beyond the allowed that have to add up."""
MOST = 4.0
"""No sample adds more than this, so that it takes more than one."""


def onset(times: Floats, deviations: Floats) -> float | None:
    """Return the time of the first sample of a change, or None where none is seen.

    Args:
        times: seconds, rising.
        deviations: how far each sample is from the usual level, in robust deviations; the sign counts
            nothing, NaN is no sample.
    """
    known = ~np.isnan(deviations)
    beyond = np.minimum(np.abs(deviations[known]) - ALLOWED, MOST)
    sums = np.concatenate([[0.0], np.cumsum(beyond)])
    risen = sums - np.minimum.accumulate(sums)
    alarms = np.flatnonzero(risen > ENOUGH)
    if not alarms.size:
        return None
    upto = sums[: alarms[0] + 1]
    lowest = len(upto) - 1 - int(np.argmin(upto[::-1]))
    return float(times[known][lowest])
