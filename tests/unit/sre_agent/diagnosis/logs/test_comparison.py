"""What is new or bursts stands first; what was always there does not."""

import pytest

from sre_agent.diagnosis.logs import comparison

CALM = ["served page in 3 ms"] * 200 + ["cache refreshed"] * 20


def test_a_new_line_is_more_surprising_than_a_frequent_one() -> None:
    window = [*CALM, *["cannot reach the database at 10.0.0.3"] * 5]

    changes = comparison.compare(window, CALM)

    assert changes[0].text == "cannot reach the database at <*>"
    assert changes[0].is_new
    assert comparison.best_line(changes) == "cannot reach the database at 10.0.0.3"


def test_a_burst_of_a_known_line_is_found() -> None:
    changes = comparison.compare([*CALM, *["cache refreshed"] * 80], CALM)

    assert (changes[0].text, changes[0].is_new) == ("cache refreshed", False)


def test_where_all_is_as_before_no_line_explains_anything() -> None:
    changes = comparison.compare(CALM, CALM)

    assert comparison.best_line(changes) is None
    assert all(abs(item.surprise) < 0.01 for item in changes)


def test_a_longer_baseline_is_weighed_by_its_length() -> None:
    assert comparison.surprise(10, 40, exposure=4) == pytest.approx(0, abs=0.05)
    assert comparison.surprise(10, 10, exposure=4) > 3


def test_what_became_rare_is_no_burst() -> None:
    assert comparison.surprise(2, 50) < 0
