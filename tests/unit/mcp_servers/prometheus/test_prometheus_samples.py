"""Reading samples: numbers in, everything else counted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.prometheus.fields import moment, seconds
from mcp_servers.prometheus.samples import number, read

AT = datetime(2026, 11, 21, 2, 37, 40, 403000, tzinfo=UTC)


def matrix(*values: str) -> dict[str, Any]:
    pairs = [[AT.timestamp() + i, value] for i, value in enumerate(values)]
    return {"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": pairs}]}


def test_what_is_no_number_is_left_out_and_counted() -> None:
    found = read(matrix("1", "NaN", "+Inf", "-Inf", "2.5"))

    assert [value for _, value in found.rows[0].samples] == [1.0, 2.5]
    assert found.left_out == ("left out as not numbers (NaN, Inf, histograms): 3 samples",)


def test_times_are_exact_to_the_millisecond() -> None:
    assert read(matrix("1")).rows[0].samples == ((AT, 1.0),)


def test_a_series_without_any_number_is_no_series() -> None:
    found = read(matrix("NaN"))

    assert found.rows == ()
    assert found.not_numbers == 1


def test_a_scalar_is_one_series_without_labels() -> None:
    found = read({"resultType": "scalar", "result": [AT.timestamp(), "2"]})

    assert [(dict(row.labels), row.samples) for row in found.rows] == [({}, ((AT, 2.0),))]
    assert found.left_out == ()


def test_native_histograms_are_left_out_and_counted() -> None:
    at = AT.timestamp()
    vector = [
        {"metric": {}, "histogram": [at, {"count": "3"}]},
        {"metric": {}, "value": [at, "1"]},
    ]
    ranged = [{"metric": {}, "histograms": [[at, {}], [at + 1, {}]]}]

    assert read({"resultType": "vector", "result": vector}).not_numbers == 1
    assert read({"resultType": "matrix", "result": ranged}).not_numbers == 2


def test_a_string_is_refused() -> None:
    with pytest.raises(RefusedError, match="string"):
        read({"resultType": "string", "result": [AT.timestamp(), "text"]})


@pytest.mark.parametrize(
    ("text", "value"), [("1e+00", 1.0), ("NaN", None), ("", None), (None, None), ("-1e308", None)]
)
def test_a_value_is_a_finite_number_or_nothing(text: str | None, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1s", 1), ("1m30s", 90), ("15s", 15), ("500ms", 0.5), ("1h", 3600), ("", None)],
)
def test_durations_of_go_are_read_as_seconds(text: str, value: float | None) -> None:
    assert seconds(text) == value


def test_moments_have_nanoseconds_or_mean_never() -> None:
    assert moment("2026-11-21T02:37:40.403000333Z") == AT
    assert moment("0001-01-01T00:00:00Z") is None
    assert moment(None) is None
