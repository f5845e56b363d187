"""The moments at which a range query is evaluated."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.limits import require_range

DEFAULT_POINTS = 120
"""The most points of a series when the caller names no step."""

MAX_POINTS = 1000
"""The most points of a series when the caller does."""

MAX_SPAN_S = 32 * 86_400.0
MIN_STEP_S = 0.1

_STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 43_200)
"""Steps that people read easily."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Evenly spaced moments, the last of which is `end`."""

    start: datetime
    end: datetime
    step_s: float

    @property
    def size(self) -> int:
        """Return how many moments there are."""
        return round((self.end - self.start).total_seconds() / self.step_s) + 1


def until(end: datetime, window_s: float, step_s: float | None, *, finest_s: float = 1.0) -> Grid:
    """Return the grid that covers a window and ends exactly at `end`.

    Args:
        end: the last moment; kept to the millisecond, as Prometheus does.
        window_s: how far back it reaches, in seconds.
        step_s: the distance of two moments; None takes one that needs few enough points.
        finest_s: the least step taken then: samples do not come faster.

    Raises:
        RefusedError: The window or the step is out of bounds, or the points are too many.
    """
    require_range("window_s", window_s, low=1.0, high=MAX_SPAN_S)
    if step_s is None:
        step_s = default_step_s(window_s, finest_s)
        size = min(int(window_s / step_s) + 1, DEFAULT_POINTS)
    else:
        require_range("step_s", step_s, low=MIN_STEP_S, high=MAX_SPAN_S)
        step_s = round(step_s, 3)
        size = int(window_s / step_s + 1e-9) + 1
    if size > MAX_POINTS:
        least = math.ceil(window_s / (MAX_POINTS - 1))
        raise RefusedError(
            "invalid_arguments",
            f"step_s {step_s:g} gives {size} points (limit {MAX_POINTS}): take at least {least}",
        )
    end = millisecond(end)
    return Grid(end - timedelta(seconds=(size - 1) * step_s), end, step_s)


def default_step_s(window_s: float, finest_s: float) -> float:
    """Return an easily read step that needs at most the default number of points."""
    least = max(window_s / DEFAULT_POINTS, finest_s)
    return float(next((step for step in _STEPS_S if step >= least), math.ceil(least)))


def millisecond(moment: datetime) -> datetime:
    """Return a moment in UTC, cut to the millisecond; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    aware = aware.astimezone(UTC)
    return aware.replace(microsecond=aware.microsecond // 1000 * 1000)
