"""Budgets: burnt over two windows at once, by requests."""

import numpy as np
import pytest

from sre_agent.diagnosis.metrics import budgets
from sre_agent.domain.telemetry import Floats

TIMES: Floats = np.arange(0.0, 7200.0, 30.0)
TRAFFIC: Floats = np.full(len(TIMES), 20.0)


def failing(since_s: float, until_s: float, share: float) -> Floats:
    """Return a share of failing requests between two times, and none outside."""
    return np.where((since_s <= TIMES) & (until_s > TIMES), share, 0.0)


def test_a_budget_that_burns_in_both_windows_is_a_page() -> None:
    found = budgets.budget(TIMES, failing(5000.0, 9000.0, 0.05), TRAFFIC, objective=0.999)

    assert found is not None
    assert found.is_page
    assert found.now == pytest.approx(50.0)
    assert found.exhausted_in_s == pytest.approx(30 * 24 * 3600.0 / 50.0)
    assert [burn.window.long_s for burn in found.burns] == [3600.0]


def test_what_is_over_is_no_page() -> None:
    found = budgets.budget(TIMES, failing(4000.0, 6000.0, 0.5), TRAFFIC, objective=0.999)

    assert found is not None
    assert found.burns[0].long_rate > 14.4
    assert not found.is_page
    assert found.exhausted_in_s == float("inf")


def test_failures_count_by_requests_and_not_by_minutes() -> None:
    busy = np.where(TIMES > 7000.0, 20.0, 2000.0)

    found = budgets.budget(TIMES, failing(7000.0, 9000.0, 1.0), busy, objective=0.9)

    assert found is not None
    assert found.burns[0].long_rate < 1.0


def test_without_requests_there_is_no_budget() -> None:
    silent = np.full(len(TIMES), np.nan)

    assert budgets.budget(TIMES, silent, TRAFFIC, objective=0.99) is None
    assert budgets.budget(TIMES, failing(0.0, 1.0, 1.0), 0.0 * TRAFFIC, objective=0.99) is None


@pytest.mark.parametrize("objective", [0.0, 1.0, 99.9])
def test_an_objective_is_a_share(objective: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        budgets.budget(TIMES, failing(0.0, 1.0, 1.0), TRAFFIC, objective=objective)
