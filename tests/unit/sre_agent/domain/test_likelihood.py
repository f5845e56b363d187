"""What is not certain is never called certain, nor impossible."""

import pytest

from sre_agent.domain.likelihood import in_percent


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (1.0, "100%"),
        (0.9999, ">99%"),
        (0.994, "99%"),
        (0.914, "91%"),
        (0.004, "<1%"),
        (0.0, "0%"),
    ],
)
def test_a_probability_is_told_in_percent_without_more_certainty_than_there_is(
    probability: float, told: str
) -> None:
    assert in_percent(probability) == told
