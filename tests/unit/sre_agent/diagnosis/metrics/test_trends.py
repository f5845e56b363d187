"""Trends: a leak is foreseen, and nothing else is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_agent.diagnosis.metrics import trends
from sre_agent.domain.telemetry import Floats

MIB = 1024.0**2
TIMES: Floats = np.arange(0.0, 600.0, 15.0)
NOISE: Floats = np.array([((7 * row) % 11 - 5) / 5.0 for row in range(len(TIMES))])


def test_a_leak_is_foreseen_before_the_limit() -> None:
    leak = 100.0 * MIB + 0.2 * MIB * TIMES + MIB * NOISE

    found = trends.time_to_limit(TIMES, leak, limit=256.0 * MIB)

    assert found is not None
    assert found.eta_s == pytest.approx((256.0 - 100.0) / 0.2 - TIMES[-1], rel=0.05)
    assert found.earliest_s <= found.eta_s <= found.latest_s
    assert found.confidence > 0.99
    assert "12 MiB a minute" in found.statement("memory", "bytes")
    assert "limit of 256 MiB in 3 minutes" in found.statement("memory", "bytes")


def test_outliers_do_not_move_a_forecast() -> None:
    leak = 100.0 + 0.2 * TIMES + NOISE
    spiked = leak.copy()
    spiked[::7] += 900.0

    clean = trends.time_to_limit(TIMES, leak, limit=400.0)
    found = trends.time_to_limit(TIMES, spiked, limit=400.0)

    assert clean is not None
    assert found is not None
    assert found.eta_s == pytest.approx(clean.eta_s, rel=0.15)


def test_what_was_before_a_restart_is_another_story() -> None:
    sawtooth = np.where(TIMES < 200.0, 50.0 + TIMES, 50.0 + 0.2 * (TIMES - 200.0))

    found = trends.time_to_limit(TIMES, sawtooth, limit=400.0)

    assert found is not None
    assert found.trend.slope == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("name", "values", "limit"),
    [
        ("constant", np.full(len(TIMES), 100.0), 110.0),
        ("noise", 100.0 + 5.0 * NOISE, 110.0),
        ("falling", 100.0 - 0.1 * TIMES, 110.0),
        ("warming up", 200.0 * (1.0 - np.exp(-TIMES / 60.0)), 256.0),
        ("too far away", 10.0 + 0.1 * TIMES, 2_000.0),
        ("only breathing", 100.0 + 0.001 * TIMES, 101.0),
        ("without a limit", 100.0 + 0.2 * TIMES, 0.0),
        ("never sampled", np.full(len(TIMES), np.nan), 110.0),
    ],
)
def test_what_does_not_go_to_its_limit_has_no_forecast(
    name: str, values: Floats, limit: float
) -> None:
    assert trends.time_to_limit(TIMES, values, limit) is None, name


def test_a_few_samples_make_no_trend() -> None:
    assert trends.trend(TIMES[:5], TIMES[:5]) is None


def test_a_rise_that_may_be_chance_is_no_forecast() -> None:
    few = np.array([100.0, 106.0, 99.0, 105.0, 101.0, 107.0, 100.0, 108.0, 102.0, 109.0])

    found = trends.trend(TIMES[: len(few)], few)

    assert found is not None
    assert found.slope > 0.0
    assert trends.time_to_limit(TIMES[: len(few)], few, limit=112.0) is None


def test_what_is_beyond_its_limit_is_there_now() -> None:
    found = trends.time_to_limit(TIMES, 100.0 + TIMES, limit=200.0)

    assert found is not None
    assert found.eta_s == 0.0
    assert "it is there" in found.statement("memory", "bytes")


def test_long_series_are_thinned_and_keep_their_newest_sample() -> None:
    times: Floats = np.arange(0.0, 50_000.0, 10.0)

    found = trends.trend(times, 3.0 * times)

    assert found is not None
    assert found.slope == pytest.approx(3.0)
    assert found.at_s == times[-1]


@settings(max_examples=15)
@given(scale=st.floats(1e-3, 1e6), start=st.floats(0.0, 2e9))
def test_the_unit_and_the_hour_change_nothing(scale: float, start: float) -> None:
    leak = 100.0 + 0.2 * TIMES + NOISE

    plain = trends.time_to_limit(TIMES, leak, limit=256.0)
    found = trends.time_to_limit(TIMES + math.floor(start), leak * scale, limit=256.0 * scale)

    assert plain is not None
    assert found is not None
    assert found.eta_s == pytest.approx(plain.eta_s, rel=1e-4)
