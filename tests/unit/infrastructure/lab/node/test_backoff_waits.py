"""Waits between restarts."""

import pytest

from infrastructure.lab.node.backoff import Backoff, BackoffLimits, written

REAL = BackoffLimits(base_s=10, max_s=300)


def test_the_first_restart_is_free_and_then_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(REAL, first_is_free=True)

    assert [backoff.next_wait_s() for _ in range(8)] == [0, 10, 20, 40, 80, 160, 300, 300]


def test_a_failed_pull_waits_from_the_first_time() -> None:
    backoff = Backoff(REAL, first_is_free=False)

    assert [backoff.next_wait_s() for _ in range(3)] == [10, 20, 40]


def test_a_long_run_starts_over() -> None:
    backoff = Backoff(REAL, first_is_free=True)
    for _ in range(4):
        backoff.next_wait_s()

    assert backoff.next_wait_s(ran_s=599) == 80
    assert backoff.next_wait_s(ran_s=600) == 0


def test_waits_stay_finite_however_often_it_fails() -> None:
    backoff = Backoff(REAL, first_is_free=True)

    assert {backoff.next_wait_s() for _ in range(5000)} == {0, 10, 20, 40, 80, 160, 300}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(10, "10s"), (80, "1m20s"), (300, "5m0s"), (0.4, "400ms"), (1.5, "1.5s")],
)
def test_waits_are_written_as_the_kubelet_does(seconds: float, text: str) -> None:
    assert written(seconds) == text
