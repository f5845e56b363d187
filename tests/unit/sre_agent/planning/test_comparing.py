"""Values are called higher or lower only where nearly all of many are, by a margin that matters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_agent.planning.comparing import FEWEST, Margin, Trend, compare

MARGIN = Margin(1.25, 0.02)
VALUES = st.lists(st.floats(0, 10), min_size=FEWEST, max_size=12)


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        ([0.1] * 6, [0.5] * 6, Trend.HIGHER),
        ([0.5] * 6, [0.1] * 6, Trend.LOWER),
        ([0.5] * 6, [0.55] * 6, Trend.ALIKE),
        ([0.0] * 6, [0.01] * 6, Trend.ALIKE),
        ([0.1] * 6, [0.1] * 5 + [9.0], Trend.ALIKE),
        ([0.1] * 6, [0.9] * 4 + [0.1] * 2, Trend.ALIKE),
        ([0.1, 0.1, 0.9, 0.9], [0.95] * 6, Trend.ALIKE),
        ([0.1] * 3, [0.9] * 6, Trend.UNKNOWN),
        ([0.1] * 6, [0.9] * 3, Trend.UNKNOWN),
        ([0.1] * 6, [], Trend.UNKNOWN),
    ],
)
def test_what_is_clear_is_said_and_what_is_not_is_alike(
    before: list[float], after: list[float], trend: Trend
) -> None:
    assert compare(before, after, MARGIN).trend is trend


@given(VALUES, VALUES, st.randoms(use_true_random=False))
def test_the_order_of_samples_does_not_matter(
    before: list[float], after: list[float], chance: random.Random
) -> None:
    old, new = chance.sample(before, len(before)), chance.sample(after, len(after))

    assert compare(old, new, MARGIN) == compare(before, after, MARGIN)


@given(VALUES, VALUES)
def test_what_is_higher_one_way_is_lower_the_other_way(
    before: list[float], after: list[float]
) -> None:
    turned = {Trend.HIGHER: Trend.LOWER, Trend.LOWER: Trend.HIGHER}
    found = compare(before, after, MARGIN).trend

    assert compare(after, before, MARGIN).trend is turned.get(found, found)


@given(VALUES)
def test_nothing_differs_from_itself(values: list[float]) -> None:
    assert compare(values, values, MARGIN).trend is Trend.ALIKE


def test_the_numbers_are_told() -> None:
    said = str(compare([0.1] * 4, [0.5] * 4, MARGIN))

    assert said == "0.1 before, 0.5 after (delta +1.00)"
