"""What verified successes allow without asking, and how little it takes to lose that."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.safety import autonomy
from sre_agent.safety.autonomy import NEWEST, End, Present, Threshold, Track

GOOD, BAD, OPEN = End.SUCCESS, End.FAILURE, End.UNPROVEN
WANTED = Threshold(lower_bound=0.8, min_runs=10)
EARNED = Present(
    track=autonomy.track([GOOD] * 20),
    has_inverse=True,
    risk_score=40,
    budget_left=0.9,
    burns_fast=False,
)


@pytest.mark.parametrize(
    ("successes", "others", "bound"),
    [
        # With no failure the quantile has a closed form: 0.05 to the power of 1 / (successes + 1).
        (0, 0, 0.05),
        (1, 0, 0.05 ** (1 / 2)),
        (13, 0, 0.05 ** (1 / 14)),
        # With nothing but failures it is 1 less 0.95 to the power of 1 / (failures + 1).
        (0, 3, 1 - 0.95 ** (1 / 4)),
        # By integrating the density numerically.
        (9, 1, 0.6356405),
        (18, 2, 0.7294483),
    ],
)
def test_the_bound_is_the_quantile_of_the_posterior(
    successes: int, others: int, bound: float
) -> None:
    assert autonomy.lower_bound(successes, others) == pytest.approx(bound, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, NEWEST), st.integers(0, NEWEST))
def test_a_success_raises_the_bound_and_anything_else_lowers_it(good: int, others: int) -> None:
    bound = autonomy.lower_bound(good, others)

    assert autonomy.lower_bound(good + 1, others) > bound
    assert autonomy.lower_bound(good, others + 1) < bound


def test_what_has_earned_it_lacks_nothing() -> None:
    assert autonomy.missing(WANTED, EARNED) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"track": autonomy.track([GOOD] * 9)}, "9 of 10 verified successes"),
        ({"track": autonomy.track([GOOD] * 12)}, "is wanted"),
        ({"track": autonomy.track([GOOD] * 20 + [OPEN] * 9)}, "is wanted"),
        ({"has_inverse": False}, "nothing takes it back"),
        ({"risk_score": 65}, "its risk is 65"),
        ({"budget_left": None}, "not known"),
        ({"burns_fast": None}, "not known"),
        ({"budget_left": 0.1}, "low"),
        ({"burns_fast": True}, "burns fast"),
    ],
)
def test_each_condition_is_asked_for(change: dict[str, object], said: str) -> None:
    told = autonomy.missing(WANTED, replace(EARNED, **change))  # type: ignore[arg-type] # by name

    assert said in "; ".join(told)


def test_one_failure_drops_it_at_once_until_it_is_earned_again() -> None:
    ends = [GOOD] * 50
    failed = replace(EARNED, track=autonomy.track([BAD, *ends]))
    nine = replace(EARNED, track=autonomy.track([*[GOOD] * 9, BAD, *ends]))
    ten = replace(EARNED, track=autonomy.track([*[GOOD] * 10, BAD, *ends]))

    told = [autonomy.missing(WANTED, present) for present in (failed, nine, ten)]

    assert told == [
        ("0 of 10 verified successes since one failed",),
        ("9 of 10 verified successes since one failed",),
        (),
    ]


def test_only_the_newest_runs_count() -> None:
    found = autonomy.track([GOOD] * NEWEST + [BAD])

    assert found == Track(successes=NEWEST, in_a_row=NEWEST)
