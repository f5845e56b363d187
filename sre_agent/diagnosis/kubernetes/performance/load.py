"""Whether a workload has more work than CPU."""

from collections.abc import Mapping

from sre_agent.diagnosis.metrics.shifts import Shift
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.telemetry import measures

BUSIER = 1.5
"""Less more than before is what load does within a day."""
MUCH_BUSIER = 3.0
"""Times as busy as before: twice is an ordinary morning, three times is not."""
_LEAST_CORES = 0.01
"""An idle process; so that next to nothing is not infinitely more."""
_NEAR_LIMIT = 0.7
"""Share of the limit; averages over minutes stay below it while bursts within them do not."""
_THROTTLED = 0.1
"""Seconds of every second for which it was held back."""
_THROTTLED_MORE = 3.0
"""Short bursts are held back even where all is well; not so many times as often."""
_LEAST_THROTTLED = 0.02
"""Seconds of every second; so that hardly ever is not infinitely more than never."""


def is_overloaded(measured: Mapping[str, Shift], template: PodSpec | None) -> bool:
    """Return whether it burns much more CPU than before, and is held back by its limit for it."""
    used = measured.get(measures.CPU)
    if used is None:
        return False
    busier = used.ratio(_LEAST_CORES)
    return busier >= MUCH_BUSIER or (
        busier >= BUSIER and (is_throttled(measured) or _is_near(used, template))
    )


def is_held_back(measured: Mapping[str, Shift]) -> bool:
    """Return whether it burns much more CPU than before, and is throttled for it."""
    used = measured.get(measures.CPU)
    return used is not None and used.ratio(_LEAST_CORES) >= MUCH_BUSIER and is_throttled(measured)


def is_throttled(measured: Mapping[str, Shift]) -> bool:
    """Return whether its limit holds it back much more than before, however busy it is."""
    held = measured.get(measures.CPU_THROTTLED)
    return (
        held is not None
        and held.now >= _THROTTLED
        and held.ratio(_LEAST_THROTTLED) >= _THROTTLED_MORE
    )


def _is_near(used: Shift, template: PodSpec | None) -> bool:
    limits = [item.limits.cpu for item in template.containers] if template else []
    known = [limit for limit in limits if limit]
    return bool(known) and len(known) == len(limits) and used.now >= _NEAR_LIMIT * sum(known)
