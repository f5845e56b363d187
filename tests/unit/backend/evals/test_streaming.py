"""A detector over a stream: what is new is noticed once, what repeats is not, and nothing is kept."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.evals.streaming import RECORD, StreamDetector

DAY = 96
MEMORY = 4 * DAY


def daily(days: int) -> list[float]:
    """Return a load that rises and falls every day, a little otherwise each time."""
    return [
        100.0 + 40.0 * math.sin(2.0 * math.pi * row / DAY) + (row * 7 % 13) / 6.0
        for row in range(days * DAY)
    ]


def alarms(values: list[float], memory: int = MEMORY) -> list[int]:
    """Return at which samples there is an alarm."""
    detector = StreamDetector(memory)
    return [row for row, value in enumerate(values) if detector.push(value) >= RECORD]


def test_a_rhythm_is_no_alarm() -> None:
    assert alarms(daily(12)) == []


def test_a_spike_is_noticed_at_once_and_once() -> None:
    values = daily(12)
    values[700] += 300.0
    values[703] += 300.0

    assert alarms(values) == [700]


def test_a_new_level_is_noticed_although_each_sample_is_within_the_range() -> None:
    noise = [float(row * row * 37 % 101) for row in range(9 * DAY)]
    values = [item if row < 8 * DAY else 60.0 + 0.4 * item for row, item in enumerate(noise)]

    found = alarms(values)

    assert max(values[8 * DAY :]) <= max(values[: 8 * DAY])
    assert found
    assert 8 * DAY <= found[0] < 9 * DAY


def test_what_happens_while_it_learns_is_no_alarm() -> None:
    values = daily(8)
    values[MEMORY - 1] += 900.0

    assert alarms(values) == []


def test_a_flat_line_never_alarms_whatever_its_level() -> None:
    assert alarms([1e17 / 3.0] * 2000) == []
    assert alarms([0.1] * 2000) == []


def test_rounding_is_no_change() -> None:
    assert alarms([0.1] * 2000, memory=12) == []


def test_gaps_are_passed_over() -> None:
    values = daily(12)
    values[500] = math.nan
    values[700] += 300.0

    assert alarms(values) == [700]


def test_the_past_is_judged_before_the_future_comes() -> None:
    values = daily(12)
    values[700] += 300.0

    assert alarms(values[:720]) == alarms([*values[:720], *[9_999.0] * 50])[:1]


@settings(max_examples=15)
@given(scale=st.floats(1e-3, 1e9), offset=st.integers(-1000, 1000))
def test_the_unit_changes_nothing(scale: float, offset: int) -> None:
    values = daily(8)
    values[600] += 300.0

    assert alarms([scale * (value + offset) for value in values]) == [600]


def test_a_detector_needs_a_memory() -> None:
    with pytest.raises(ValueError, match="at least one"):
        StreamDetector(0)
