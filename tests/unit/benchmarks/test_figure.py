"""Figures against their aims."""

from typing import Literal

import pytest

from benchmarks.figure import Figure, percentile


@pytest.mark.parametrize(
    ("value", "aim", "at", "expected"),
    [
        (99.0, 100.0, "most", True),
        (100.0, 100.0, "most", True),
        (101.0, 100.0, "most", False),
        (1499.0, 1500.0, "least", False),
        (1500.0, 1500.0, "least", True),
        (1.0, None, "most", None),
    ],
)
def test_a_figure_meets_its_aim_on_the_good_side_only(
    value: float,
    aim: float | None,
    at: Literal["most", "least"],
    expected: bool | None,
) -> None:
    figure = Figure("a", value, "ms", "run", aim=aim, at=at)

    assert figure.is_met is expected
    assert figure.as_dict()["is_met"] is expected


def test_a_percentile_is_one_of_the_values_by_rank() -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert percentile(values, 0.5) == 51.0
    assert percentile(values, 0.99) == 100.0
    assert percentile([7.0], 0.99) == 7.0


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)
