"""Earned autonomy: what verified successes of the past allow to be done without asking.

How often the like of an action succeeds is a share that nobody knows. With nothing known, each share
is as likely as any other: Beta(1, 1), the prior of Bayes and Laplace. After `s` successes and `f` others
it is Beta(1 + s, 1 + f), and the share is above its 5 % quantile with 95 % certainty: a one-sided
credible bound, which keeps to its certainty also where there is little to go by (Brown, Cai and DasGupta,
"Interval Estimation for a Binomial Proportion", Statistical Science 16, 2001).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import exp, floor, lgamma, log, log1p

from pydantic import Field, StrictInt

from sre_agent.domain.model import Value
from sre_agent.safety.risk import HIGH_FROM
from sre_agent.safety.risk_terms import LOW_BUDGET

CERTAINTY = 0.95
NEWEST = 60
"""So many of the newest runs count: systems change, and older runs are of another system."""
_HALVINGS = 50
"""How often the interval is halved: the bound is exact to what a float can hold."""


class End(StrEnum):
    """How the like of an action once ended."""

    SUCCESS = "success"
    """Fresh data said that the trouble was over, and it did not come back."""
    FAILURE = "failure"
    """It did not help, made it worse, was taken back, came back, or a person says it was wrong."""
    UNPROVEN = "unproven"
    """Nobody can tell, or it was better and not well."""


class Track(Value):
    """What became of the like of an action. `in_a_row` counts successes since the last failure."""

    successes: int = 0
    failures: int = 0
    unproven: int = 0
    in_a_row: int = 0

    @property
    def runs(self) -> int:
        """Return how many runs there were."""
        return self.successes + self.failures + self.unproven

    @property
    def bound(self) -> float:
        """Return the share of successes that it is above with 95 % certainty.

        What is unproven counts against it: whoever cannot show a success has not earned anything.
        """
        return lower_bound(self.successes, self.failures + self.unproven)


class Threshold(Value):
    """What a rule wants to see before it no longer asks.

    `min_runs` successes in a row, none failing since; `lower_bound` of the share of successes, with
    95 % certainty; `risk_max` of the risk of the action at hand.
    """

    lower_bound: float = Field(ge=0.5, le=0.95)
    min_runs: StrictInt = Field(ge=1, le=NEWEST)
    risk_max: StrictInt = Field(default=HIGH_FROM - 1, ge=0, le=100)


@dataclass(frozen=True)
class Present:
    """The action at hand: what became of its like, and what it would be done in."""

    track: Track
    has_inverse: bool
    risk_score: int
    budget_left: float | None
    burns_fast: bool | None


def track(ends: Iterable[End]) -> Track:
    """Return what runs come to, given from the newest to the oldest."""
    newest = list(ends)[:NEWEST]
    failed = newest.index(End.FAILURE) if End.FAILURE in newest else len(newest)
    return Track(
        successes=newest.count(End.SUCCESS),
        failures=newest.count(End.FAILURE),
        unproven=newest.count(End.UNPROVEN),
        in_a_row=newest[:failed].count(End.SUCCESS),
    )


def missing(wanted: Threshold, present: Present) -> tuple[str, ...]:
    """Return what is missing for doing it without asking; nothing when that is earned."""
    return tuple(_missing(wanted, present))


def _missing(wanted: Threshold, present: Present) -> Iterator[str]:
    seen = present.track
    if seen.in_a_row < wanted.min_runs:
        since = " since one failed" if seen.failures else ""
        yield f"{seen.in_a_row} of {wanted.min_runs} verified successes{since}"
    if seen.bound < wanted.lower_bound:
        yield (
            f"it succeeds in more than {surely(seen.bound)} of all cases, surely; "
            f"{wanted.lower_bound * 100:.0f} % is wanted"
        )
    if not present.has_inverse:
        yield "nothing takes it back"
    if present.risk_score > wanted.risk_max:
        yield f"its risk is {present.risk_score}, at most {wanted.risk_max} is wanted"
    if present.budget_left is None or present.burns_fast is None:
        yield "the error budget is not known"
    elif present.burns_fast or present.budget_left < LOW_BUDGET:
        yield "the error budget is low or burns fast"


def surely(bound: float) -> str:
    """Return a bound in percent, rounded down: what is not reached is not told as reached."""
    return f"{floor(100 * bound)} %"


def lower_bound(successes: int, others: int) -> float:
    """Return the 5 % quantile of Beta(1 + successes, 1 + others), between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _is_below(middle, successes, others) < 1 - CERTAINTY:
            low = middle
        else:
            high = middle
    return low


def _is_below(share: float, successes: int, others: int) -> float:
    """Return how likely a share of Beta(1 + successes, 1 + others) is at most the one given.

    For whole numbers that is a tail of the binomial distribution: at least 1 + successes of
    1 + successes + others tries succeed.
    """
    tries = 1 + successes + others
    return sum(
        exp(
            lgamma(tries + 1)
            - lgamma(hits + 1)
            - lgamma(tries - hits + 1)
            + hits * log(share)
            + (tries - hits) * log1p(-share)
        )
        for hits in range(1 + successes, tries + 1)
    )
