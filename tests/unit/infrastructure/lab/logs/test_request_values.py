"""Request parameters are read as Loki reads them."""

import pytest

from infrastructure.lab.logs.http import params
from infrastructure.lab.logs.http.errors import BadRequestError
from infrastructure.lab.logs.http.values import read_duration, read_time
from infrastructure.lab.logs.logql.durations import go_text, parse_bytes, parse_duration, short_text

S = 10**9
NOW_NS = 1_795_191_446 * S


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1795191446", NOW_NS),
        ("1795191446.25", NOW_NS + S // 4),
        ("1795191446000000001", NOW_NS + 1),
        ("2026-11-20T16:17:26Z", NOW_NS),
        ("2026-11-20T17:17:26.000000007+01:00", NOW_NS + 7),
    ],
)
def test_a_time_may_be_seconds_nanoseconds_or_rfc_3339(text: str, time_ns: int) -> None:
    assert read_time(text) == time_ns


@pytest.mark.parametrize(
    ("text", "duration_ns"), [("15", 15 * S), ("0.5", S // 2), ("1m30s", 90 * S), ("1d", 86400 * S)]
)
def test_a_step_may_be_seconds_or_a_duration(text: str, duration_ns: int) -> None:
    assert read_duration(text) == duration_ns


def test_a_range_ends_now_and_starts_an_hour_before_unless_said_otherwise() -> None:
    plain = params.read_range({}, NOW_NS)
    since = params.read_range({"since": ["10m"], "end": [str(NOW_NS - S)]}, NOW_NS)

    assert (plain.start_ns, plain.end_ns) == (NOW_NS - 3600 * S, NOW_NS)
    assert (plain.limit, plain.backward, plain.step_ns) == (100, True, 14 * S)
    assert (since.start_ns, since.end_ns) == (NOW_NS - 601 * S, NOW_NS - S)


def test_evaluation_moments_are_multiples_of_the_step_around_the_range() -> None:
    form = {"start": ["1795191445"], "end": ["1795191506"], "step": ["60s"]}

    steps = params.read_range(form, NOW_NS).steps()

    assert [at // S for at in steps.moments()] == [1795191420, 1795191480, 1795191540]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"start": ["x"]}, "could not parse 'start' parameter: strconv.ParseInt"),
        ({"end": ["1.x"]}, "could not parse 'end' parameter"),
        ({"start": ["5"], "end": ["5"]}, "end timestamp must not be before or equal to start"),
        ({"limit": ["many"]}, 'strconv.Atoi: parsing "many": invalid syntax'),
        ({"limit": ["0"]}, "limit must be a positive value"),
        ({"direction": ["up"]}, "invalid direction 'up'"),
        (
            {"step": ["x"]},
            "could not parse 'step' parameter: cannot parse \"x\" to a valid duration",
        ),
        ({"step": ["-1"]}, "zero or negative query resolution step widths are not accepted"),
        ({"step": ["0.1"]}, "exceeded maximum resolution of 11,000 points per time series"),
        ({"interval": ["-1s"]}, "interval must be >= 0"),
        ({"since": ["soon"]}, "could not parse 'since' parameter"),
        ({"start": ["9" * 30]}, "could not parse 'start' parameter"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(form: params.Form, message: str) -> None:
    with pytest.raises(BadRequestError) as refusal:
        params.read_range(form, NOW_NS)

    assert message in str(refusal.value)


def test_durations_are_written_as_go_and_prometheus_write_them() -> None:
    assert go_text(5_184_001 * S) == "1440h0m1s"
    assert go_text(61 * S + S // 2) == "1m1.5s"
    assert go_text(5 * S) == "5s"
    assert short_text(721 * 3600 * S) == "30d1h"
    assert short_text(14 * 86400 * S) == "2w"
    assert short_text(0) == "0s"


def test_durations_and_sizes_are_read_with_their_units() -> None:
    assert parse_duration("1h30m") == 5400 * S
    assert parse_duration("1.5s") == 3 * S // 2
    assert parse_duration("-2ms") == -2_000_000
    assert parse_bytes("1KB") == 1000
    assert parse_bytes("1.5MiB") == 1.5 * 2**20


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "1h-5m", "5x"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a valid duration string"):
        parse_duration(text)
