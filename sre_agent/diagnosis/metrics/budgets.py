"""How fast a service burns its error budget.

Burn rates over a long and a short window together (Beyer et al., "The Site Reliability Workbook",
O'Reilly 2018, chapter 5): the long one says that it matters, the short one that it still goes on.
"""

from dataclasses import dataclass

import numpy as np

from sre_agent.domain.telemetry import Floats

HOUR_S = 3600.0
PERIOD_S = 30 * 24 * HOUR_S
"""The time over which an objective is promised."""
COVERED = 0.8
"""A window counts when so much of it was observed."""


@dataclass(frozen=True)
class Window:
    """Two windows in seconds, and the burn rate over both that calls for someone."""

    long_s: float
    short_s: float
    rate: float
    is_page: bool


WINDOWS = (
    Window(HOUR_S, HOUR_S / 12.0, 14.4, is_page=True),
    Window(6.0 * HOUR_S, HOUR_S / 2.0, 6.0, is_page=True),
    Window(72.0 * HOUR_S, 6.0 * HOUR_S, 1.0, is_page=False),
)
"""2 %, 5 % and 10 % of a month's budget, as the workbook recommends."""


@dataclass(frozen=True)
class Burn:
    """One pair of windows as measured: how many times faster than allowed the budget goes."""

    window: Window
    long_rate: float
    short_rate: float

    @property
    def is_alarming(self) -> bool:
        """Return whether both windows burn too fast."""
        return min(self.long_rate, self.short_rate) >= self.window.rate


@dataclass(frozen=True)
class Budget:
    """A service's error budget.

    `now` is the burn rate over the shortest window; `exhausted_in_s` is when a whole period's
    budget would be gone at that rate, infinite while nothing fails.
    """

    objective: float
    now: float
    burns: tuple[Burn, ...]

    @property
    def exhausted_in_s(self) -> float:
        """Return in how many seconds a full budget would be gone at the rate of now."""
        return PERIOD_S / self.now if self.now > 0.0 else float("inf")

    @property
    def is_page(self) -> bool:
        """Return whether someone should be woken."""
        return any(burn.is_alarming and burn.window.is_page for burn in self.burns)


def budget(times: Floats, errors: Floats, traffic: Floats, objective: float) -> Budget | None:
    """Return how a service burns its budget at its newest sample, or None without any requests.

    Args:
        times: seconds, rising.
        errors: the share of requests that failed, 0 to 1; NaN where none were counted.
        traffic: requests per second.
        objective: the share of requests that has to succeed, below 1, such as 0.999.

    Raises:
        ValueError: The objective is not between 0 and 1.
    """
    if not 0.0 < objective < 1.0:
        raise ValueError(f"an objective is between 0 and 1, such as 0.999, not {objective}")
    failed = np.nan_to_num(errors) * np.nan_to_num(traffic)
    served = np.where(np.isnan(errors), 0.0, np.nan_to_num(traffic))
    if not served.sum() > 0.0:
        return None
    allowed = 1.0 - objective

    def rate(window_s: float) -> float:
        rows = times > times[-1] - window_s
        requests = float(served[rows].sum())
        return float(failed[rows].sum()) / requests / allowed if requests > 0.0 else 0.0

    observed_s = float(times[-1] - times[0])
    return Budget(
        objective=objective,
        now=rate(WINDOWS[0].short_s),
        burns=tuple(
            Burn(window, rate(window.long_s), rate(window.short_s))
            for window in WINDOWS
            if observed_s >= COVERED * window.long_s
        ),
    )
