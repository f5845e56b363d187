"""What is left of an error budget, and how fast it goes: by hand, and for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.diagnosis.metrics import service_levels
from sre_agent.diagnosis.metrics.service_levels import BURN_WINDOWS_S, Count
from sre_agent.domain.slo import BudgetStatus, Objective, SloKind, Standing

MONTH_S = 30 * 86_400.0
FIVE_MIN, HALF_HOUR, HOUR, SIX_HOURS, THREE_DAYS = BURN_WINDOWS_S


def objective(target: float = 0.999, days: int = 30) -> Objective:
    return Objective(
        id="till-answers",
        namespace="store",
        service="till",
        kind=SloKind.AVAILABILITY,
        target=target,
        window_days=days,
    )


def stand(target: float = 0.999, **bad: float | None) -> Standing:
    """Return how it stands with 100,000 requests in each window, and so many bad ones."""
    named = {
        "five_min": FIVE_MIN,
        "half_hour": HALF_HOUR,
        "hour": HOUR,
        "six_hours": SIX_HOURS,
        "three_days": THREE_DAYS,
        "month": MONTH_S,
    }
    counts = []
    for name, window in named.items():
        number = bad.get(name, 0.0)
        requests = None if number is None else 100_000.0
        counts.append(Count(window, requests, number, 1.0))
    return service_levels.stand(objective(target), counts)


@pytest.mark.parametrize(
    ("bad", "remaining"),
    [(0.0, 1.0), (25.0, 0.75), (80.0, 0.2), (100.0, 0.0), (250.0, -1.5)],
)
def test_what_is_left_is_what_failures_did_not_use_of_what_was_allowed(
    bad: float, remaining: float
) -> None:
    # Of 100,000 requests at 99.9 %, 100 may fail.
    assert stand(month=bad).remaining == pytest.approx(remaining)


def test_each_window_has_its_own_burn_rate() -> None:
    burns = stand(five_min=2000, half_hour=1400, hour=600, six_hours=100, three_days=50).burns

    assert (burns.over_5m, burns.over_30m) == pytest.approx((20.0, 14.0))
    assert (burns.over_1h, burns.over_6h, burns.over_3d) == pytest.approx((6.0, 1.0, 0.5))


@pytest.mark.parametrize(
    ("month", "hour", "seconds"),
    [
        (0.0, 1400.0, MONTH_S / 14.0),  # a whole budget at 14 lasts 51 h 26 min
        (50.0, 200.0, MONTH_S / 4.0),  # half of it at 2
        (120.0, 200.0, 0.0),  # nothing is left already
        (50.0, 100.0, None),  # as fast as it comes back
        (50.0, 0.0, None),
        (50.0, None, None),
    ],
)
def test_when_nothing_is_left_follows_from_the_last_hours_rate(
    month: float, hour: float | None, seconds: float | None
) -> None:
    found = stand(month=month, hour=hour).exhausted_in_s

    assert found == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("hour", "five_min", "is_fast"),
    [
        (1400.0, 1400.0, True),
        (1399.0, 1400.0, False),
        (1400.0, 1399.0, False),  # it mattered, but is over
        (None, 1400.0, None),
        (1400.0, None, None),
        (None, 0.0, False),  # whatever the hour would say
    ],
)
def test_a_fast_burn_needs_both_its_windows(
    hour: float | None, five_min: float | None, is_fast: bool | None
) -> None:
    assert stand(hour=hour, five_min=five_min).is_fast is is_fast


@pytest.mark.parametrize(
    ("six_hours", "half_hour", "is_slow"),
    [(600.0, 600.0, True), (599.0, 600.0, False), (600.0, 599.0, False), (None, 600.0, None)],
)
def test_a_slow_burn_needs_both_its_windows(
    six_hours: float | None, half_hour: float | None, is_slow: bool | None
) -> None:
    assert stand(six_hours=six_hours, half_hour=half_hour).is_slow is is_slow


def test_a_single_failure_of_a_quiet_night_is_no_outage() -> None:
    few = [Count(window, 3.0, 1.0, 1.0) for window in service_levels.windows_s(objective())]

    found = service_levels.stand(objective(), few)

    assert found.burns.over_1h == pytest.approx(1000.0 / 3.0)
    assert found.is_fast is False


def test_without_requests_nothing_is_said_to_be_well() -> None:
    silent = [Count(window, 0.0, 0.0, 1.0) for window in service_levels.windows_s(objective())]

    for counts in (silent, []):
        found = service_levels.stand(objective(), counts)

        assert (found.remaining, found.burns.over_1h, found.exhausted_in_s) == (None, None, None)
        assert (found.is_fast, found.is_slow) == (None, None)
        assert found.status() is BudgetStatus.NO_DATA


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({}, BudgetStatus.HEALTHY),
        ({"month": 79.0}, BudgetStatus.HEALTHY),
        ({"month": 80.5}, BudgetStatus.WARNING),
        ({"month": 100.0}, BudgetStatus.EXHAUSTED),
        ({"month": 100.0, "six_hours": 600.0, "half_hour": 600.0}, BudgetStatus.SLOW_BURN),
        ({"month": 5.0, "hour": 1400.0, "five_min": 1400.0}, BudgetStatus.FAST_BURN),
    ],
)
def test_the_most_urgent_word_is_said(bad: dict[str, float], status: BudgetStatus) -> None:
    assert stand(**bad).status() is status


def test_an_error_rate_is_the_same_promise_from_its_other_side() -> None:
    rate = objective().model_copy(update={"kind": SloKind.ERROR_RATE, "target": 0.001})

    assert rate.allowed == objective().allowed == 0.001


@given(
    target=st.floats(0.5, 0.9999),
    requests=st.floats(1.0, 1e9),
    less=st.floats(0.0, 1.0),
    more=st.floats(0.0, 1.0),
)
def test_more_failures_never_leave_more_and_never_burn_slower(
    target: float, requests: float, less: float, more: float
) -> None:
    low, high = sorted((less, more))
    promise = objective(target)

    def found(share: float) -> Standing:
        windows = service_levels.windows_s(promise)
        return service_levels.stand(
            promise, [Count(window, requests, share * requests, 1.0) for window in windows]
        )

    few, many = found(low), found(high)
    assert few.remaining is not None
    assert many.remaining is not None
    assert many.remaining <= few.remaining <= 1.0
    assert (many.burns.over_1h or 0.0) >= (few.burns.over_1h or 0.0)
    assert not (few.is_fast and not many.is_fast)


@given(st.permutations(range(6)))
def test_the_order_of_the_windows_does_not_matter(order: list[int]) -> None:
    windows = service_levels.windows_s(objective())
    counts = [
        Count(window, 1000.0 + index, float(index), 1.0) for index, window in enumerate(windows)
    ]

    found = service_levels.stand(objective(), [counts[index] for index in order])

    assert found == service_levels.stand(objective(), counts)
