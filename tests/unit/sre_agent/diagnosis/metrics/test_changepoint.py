"""A rise is found where it begins, through noise, and not where there is none."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.diagnosis.metrics.changepoint import rise
from sre_agent.domain.observations.metrics import Point
from sre_agent.testing.clock import START

STEP_S = 5


def series(values: Sequence[float]) -> tuple[Point, ...]:
    return tuple(
        Point(at=START + timedelta(seconds=STEP_S * index), value=value)
        for index, value in enumerate(values)
    )


NOISE = [0.01, 0.02, 0.0, 0.015, 0.005] * 10


@pytest.mark.parametrize(
    ("values", "onset"),
    [
        ([0.0] * 60 + [0.4] * 60, 60),
        ([0.0] * 117 + [0.2, 0.4, 0.4], 117),
        ([0.0] * 119 + [0.4], 119),
        ([0.0] * 3 + [0.4] * 100, 3),
        ([*NOISE, 0.3, 0.5, 0.4], 50),
        ([0.0] * 60 + [0.1, 0.2, 0.3] + [0.4] * 57, 60),
        ([0.0] * 20 + [0.4] * 20 + [0.0] * 20 + [0.4] * 5, 60),
        ([0.0] * 10 + [0.4] * 40 + [0.0] * 10 + [0.4] * 5, 60),
        ([0.0] * 20 + [0.4] * 60 + [0.0] * 25 + [0.4] * 5, 105),
        ([0.0] * 50 + [0.4] * 30 + [0.0] * 3 + [0.4] * 20, 83),
        ([0.0] * 50 + [0.4] * 30 + [0.0] * 4 + [0.4] * 4, 84),
        ([0.4] * 40 + [0.0] * 30 + [0.4] * 6, 70),
        ([0.0] * 5 + [0.8] * 60 + [0.4] * 25, 5),
        ([0.0] * 40 + [0.4, 0.0, 0.4, 0.0, 0.4] * 8 + [0.4] * 3, 40),
        ([0.0] * 40 + [0.4, 0.4, 0.4, 0.0] * 8 + [0.4] * 3, 40),
    ],
)
def test_the_onset_is_where_the_last_episode_begins(values: list[float], onset: int) -> None:
    found = rise(series(values), floor=0.01)

    assert found is not None
    assert found.is_lasting
    assert found.onset_at == START + timedelta(seconds=STEP_S * onset)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.4],
        [0.4, 0.4, 0.4],
        [0.0] * 100,
        [0.4] * 100,
        NOISE * 2,
        [0.0] * 50 + [0.4] + [0.0] * 49,
        [0.0] * 60 + [0.4] * 20 + [0.0] * 40,
        [0.4] * 60 + [0.0] * 60,
        [0.0] * 60 + [0.009] * 60,
    ],
)
def test_no_rise_is_found_where_nothing_lasts(values: list[float]) -> None:
    found = rise(series(values), floor=0.01)

    assert found is None or not found.is_lasting


@given(
    st.lists(st.floats(0, 0.004), min_size=6, max_size=80),
    st.lists(st.floats(0.3, 1.0), min_size=3, max_size=80),
)
def test_a_clear_step_is_found_whatever_the_noise(low: list[float], high: list[float]) -> None:
    found = rise(series([*low, *high]), floor=0.01)

    assert found is not None
    assert found.onset_at == START + timedelta(seconds=STEP_S * len(low))


def test_long_series_are_thinned_and_still_found() -> None:
    found = rise(series([0.0] * 3000 + [0.4] * 600), floor=0.01)

    assert found is not None
    assert abs((found.onset_at - START).total_seconds() / STEP_S - 3000) <= 15
