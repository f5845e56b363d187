"""The moments at which a range is evaluated."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_servers.common.envelope import RefusedError
from mcp_servers.prometheus.grid import DEFAULT_POINTS, MAX_POINTS, millisecond, until

END = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window_s", "finest_s", "step_s", "size"),
    [
        (600, 1, 5, 120),
        (600, 15, 15, 41),
        (60, 1, 1, 61),
        (3600, 30, 30, 120),
        (86_400, 15, 900, 97),
        (10, 60, 60, 1),
    ],
)
def test_without_a_step_one_is_taken_that_fits_the_window_and_the_samples(
    window_s: float, finest_s: float, step_s: float, size: int
) -> None:
    grid = until(END, window_s, None, finest_s=finest_s)

    assert (grid.step_s, grid.size) == (step_s, size)


@settings(deadline=None)  # the machine may be busy
@given(st.floats(min_value=1, max_value=32 * 86_400), st.floats(min_value=1, max_value=300))
def test_the_last_point_is_the_end_and_points_stay_few(window_s: float, finest_s: float) -> None:
    grid = until(END, window_s, None, finest_s=finest_s)

    assert grid.end == millisecond(END)
    assert grid.start == grid.end - timedelta(seconds=grid.step_s * (grid.size - 1))
    assert 1 <= grid.size <= DEFAULT_POINTS


def test_a_step_of_the_caller_is_kept_and_may_be_a_fraction() -> None:
    grid = until(END, 10, 2.5)

    assert (grid.step_s, grid.size) == (2.5, 5)


def test_too_many_points_are_refused_with_the_step_that_would_do() -> None:
    with pytest.raises(RefusedError, match="take at least 4") as refusal:
        until(END, 3600, 1)

    assert refusal.value.code == "invalid_arguments"
    assert until(END, 3600, 4).size <= MAX_POINTS


@pytest.mark.parametrize(
    ("window_s", "step_s"), [(0, None), (-5, 1), (1e9, None), (60, 0), (60, -1)]
)
def test_windows_and_steps_out_of_bounds_are_refused(window_s: float, step_s: float | None) -> None:
    with pytest.raises(RefusedError, match="must be between"):
        until(END, window_s, step_s)


def test_a_moment_without_a_zone_is_taken_as_utc_and_one_with_another_is_converted() -> None:
    assert millisecond(datetime(2026, 3, 1, 12, 0, 0, 999)) == datetime(2026, 3, 1, 12, tzinfo=UTC)  # noqa: DTZ001
    east = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert millisecond(east) == datetime(2026, 3, 1, 12, tzinfo=UTC)
