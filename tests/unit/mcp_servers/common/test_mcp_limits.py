"""A limit never cuts in silence."""

import pytest

from mcp_servers.common import limits
from mcp_servers.common.envelope import RefusedError


def test_what_fits_is_given_whole_and_without_a_word() -> None:
    assert limits.first([1, 2], 2, "things") == ((1, 2), ())


def test_what_does_not_fit_is_counted() -> None:
    shown, left_out = limits.first([1, 2, 3], 2, "things")

    assert (shown, left_out) == ((1, 2), ("1 of 3 things left out (limit 2)",))


def test_a_long_text_says_how_much_is_missing() -> None:
    assert limits.cut("abcdef", 4) == "abcd… (2 more characters)"
    assert limits.cut("abcd", 4) == "abcd"


@pytest.mark.parametrize("value", [0, 11, float("nan")])
def test_a_number_out_of_range_is_refused_and_not_bent(value: float) -> None:
    with pytest.raises(RefusedError, match="between 1 and 10"):
        limits.require_range("limit", value, low=1, high=10)
