"""Times of an argument, as GitHub takes them."""

import pytest

from mcp_servers.github import showing


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("", ""),
        ("2026-01-31T13:45:00.5+01:00", "2026-01-31T12:45:00Z"),
        ("2026-01-31T13:45:00", "2026-01-31T13:45:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_is_told_in_utc_with_four_digits_of_the_year(given: str, asked: str) -> None:
    assert showing.moment("since", given) == asked
