"""Confidence is a probability: rivals share it, and the fitted map keeps the order."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.config import calibration as shipped
from sre_agent.config.calibration import InvalidCalibrationError
from sre_agent.diagnosis.calibration import against_rivals
from sre_agent.domain.calibration import Calibration

SCORES = st.lists(st.floats(-9, 9), min_size=1, max_size=12)


def probability(log_odds: float) -> float:
    return Calibration().probability(log_odds)


def test_a_cause_alone_keeps_its_own_odds() -> None:
    assert against_rivals([1.3]) == (1.3,)


def test_two_that_are_equally_sure_halve_it() -> None:
    first, second = against_rivals([9.0, 9.0])

    assert first == second
    assert probability(first) == pytest.approx(0.5, abs=1e-3)


@given(SCORES)
def test_rivals_keep_their_order_and_share_one_certainty(scores: list[float]) -> None:
    found = [probability(item) for item in against_rivals(scores)]

    assert sum(found) <= 1.0 + 1e-9
    ranked = sorted(range(len(scores)), key=lambda index: scores[index])
    assert all(found[low] <= found[high] + 1e-12 for low, high in pairwise(ranked))


@given(st.floats(-9, 9), st.floats(0.1, 3), st.floats(-3, 3))
def test_a_calibration_can_be_undone(log_odds: float, slope: float, intercept: float) -> None:
    scale = Calibration(slope=slope, intercept=intercept)
    inside = scale.probability(log_odds)

    if 1e-6 < inside < 1 - 1e-6:
        assert scale.log_odds(inside) == pytest.approx(log_odds, abs=1e-6)


@pytest.mark.parametrize("log_odds", [1e6, -1e6, math.inf])
def test_a_calibration_bears_any_evidence(log_odds: float) -> None:
    assert 0 <= probability(log_odds) <= 1


def test_the_shipped_numbers_can_be_read() -> None:
    assert shipped.shipped()["snapshots"].slope > 0


@pytest.mark.parametrize("text", ["", "[", "snapshots: {slope: 0}", "snapshots: {more: 1}"])
def test_numbers_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InvalidCalibrationError, match="calibration"):
        shipped.parse(text)
