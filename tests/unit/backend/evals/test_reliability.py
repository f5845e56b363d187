"""The expected calibration error, against values worked out by hand."""

import pytest

from backend.evals.reliability import Answer, bins, expected_error


def test_confidence_that_comes_true_has_no_error() -> None:
    answers = [Answer(0.75, is_right=True)] * 3 + [Answer(0.75, is_right=False)]

    assert expected_error(answers) == pytest.approx(0.0)


def test_bins_are_weighed_by_their_answers() -> None:
    answers = [Answer(0.95, is_right=True)] * 3 + [Answer(0.55, is_right=False)]

    assert expected_error(answers) == pytest.approx((3 * 0.05 + 0.55) / 4)


def test_a_certainty_falls_into_the_last_bin() -> None:
    (only,) = bins([Answer(1.0, is_right=True)])

    assert (only.low, only.high) == (0.9, 1.0)


def test_nothing_answered_has_no_error() -> None:
    assert expected_error([]) is None
