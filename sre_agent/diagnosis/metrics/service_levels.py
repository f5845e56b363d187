"""From counted requests to an error budget: what is left, how fast it goes, and when it is gone.

Rates over a long and a short window together (Beyer et al., "The Site Reliability Workbook",
O'Reilly 2018, chapter 5): the long one says that it matters, the short one that it still goes on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sre_agent.domain.slo import Burns, Objective, Standing

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86_400.0

BURN_WINDOWS_S = (5 * MINUTE_S, 30 * MINUTE_S, HOUR_S, 6 * HOUR_S, 3 * DAY_S)
"""Over what burn rates are told, in seconds."""

FAST = 14.0
"""Over an hour and five minutes: 2 % of a month's budget in an hour."""

SLOW = 6.0
"""Over six hours and half an hour: 5 % of a month's budget in six hours."""

LEAST_BAD = 5.0
"""So many requests must have been bad: one of a quiet night's three is no outage."""


@dataclass(frozen=True)
class Count:
    """The requests of one window: None where nothing was counted, which is not the same as 0."""

    window_s: float
    requests: float | None
    bad: float | None
    covered: float


def windows_s(objective: Objective) -> tuple[float, ...]:
    """Return every window that has to be counted, the shortest first, in seconds."""
    return tuple(sorted({*BURN_WINDOWS_S, objective.window_s}))


def burn_rate(count: Count | None, allowed: float) -> float | None:
    """Return how many times faster than allowed requests went bad; None without any requests."""
    if count is None or count.requests is None or count.bad is None or count.requests <= 0.0:
        return None
    return count.bad / count.requests / allowed


def stand(objective: Objective, counts: Iterable[Count]) -> Standing:
    """Return how an objective stands by what was counted over each of its windows."""
    known = {count.window_s: count for count in counts}
    allowed = objective.allowed
    rates = {window: burn_rate(known.get(window), allowed) for window in BURN_WINDOWS_S}
    short, half_hour, hour, six_hours, three_days = (rates[each] for each in BURN_WINDOWS_S)
    whole = known.get(objective.window_s)
    spent = burn_rate(whole, allowed)
    remaining = None if spent is None else 1.0 - spent
    return Standing(
        requests=whole.requests if whole else None,
        bad=whole.bad if whole else None,
        covered=whole.covered if whole else 0.0,
        remaining=remaining,
        burns=Burns(
            over_5m=short,
            over_30m=half_hour,
            over_1h=hour,
            over_6h=six_hours,
            over_3d=three_days,
        ),
        exhausted_in_s=exhausted_in_s(remaining, hour, objective.window_s),
        is_fast=_burns(FAST, (hour, short), known.get(HOUR_S)),
        is_slow=_burns(SLOW, (six_hours, half_hour), known.get(6 * HOUR_S)),
    )


def exhausted_in_s(remaining: float | None, rate: float | None, window_s: float) -> float | None:
    """Return in how many seconds nothing is left at a rate; None if that is not to be expected.

    At a rate of 1 or less the budget comes back as fast as it goes: old failures leave the window.
    """
    if remaining is None:
        return None
    if remaining <= 0.0:
        return 0.0
    if rate is None or rate <= 1.0:
        return None
    return remaining * window_s / rate


def _burns(
    limit: float, rates: tuple[float | None, float | None], long: Count | None
) -> bool | None:
    """Return whether both rates reach a limit; None while one that is not known could decide it."""
    if any(rate is not None and rate < limit for rate in rates):
        return False
    if any(rate is None for rate in rates):
        return None
    return long is not None and long.bad is not None and long.bad >= LEAST_BAD
