"""How often is too often: within any minute, wherever it begins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.limits import by_address, by_name, within_limit

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=second) for second in seconds]


@pytest.mark.parametrize(
    ("times", "wait_s"),
    [
        ([], None),
        (ago(1, 2, 3, 4), None),
        (ago(50, 1, 2, 3, 4), 10),
        (ago(59.9, 1, 2, 3, 4), 1),
        (ago(60, 1, 2, 3, 4), None),
        (ago(0, 0, 0, 0, 0), 60),
        (ago(59, 30, 20, 10, 5, 4), 30),
    ],
)
def test_who_tried_too_often_is_told_how_long_to_wait(
    times: list[datetime], wait_s: int | None
) -> None:
    assert within_limit(times, 5, NOW) == wait_s


@given(st.lists(st.floats(min_value=0, max_value=600), max_size=80), st.integers(1, 6))
def test_no_minute_sees_more_attempts_than_allowed_and_waiting_as_told_helps(
    gaps_s: list[float], per_minute: int
) -> None:
    now, let_in = NOW, list[datetime]()
    for gap_s in gaps_s:
        now += timedelta(seconds=gap_s)
        wait_s = within_limit(let_in, per_minute, now)
        if wait_s is None:
            let_in.append(now)
        else:
            assert within_limit(let_in, per_minute, now + timedelta(seconds=wait_s)) is None

    for first, last in zip(let_in, let_in[per_minute:], strict=False):
        assert last - first >= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_addresses_of_one_household_count_together(one: str, other: str) -> None:
    assert by_address(one) == by_address(other)


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:3::1")]
)
def test_others_count_apart(one: str, other: str) -> None:
    assert by_address(one) != by_address(other)


def test_a_name_counts_as_one_however_it_is_written() -> None:
    assert by_name(" ADA ") == by_name("ada")
    assert by_name("192.0.2.1") != by_address("192.0.2.1")
