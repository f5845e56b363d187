"""Deviations from before: comparable across metrics of any unit, none that explodes."""

import math

import pytest

from sre_agent.diagnosis.metrics import anomalies
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.domain.telemetry import MetricTable

NOISE = [0.0, 1.0, -1.0, 0.5, -0.5, 0.2, -0.2, 0.8, -0.8, 0.1]


def table(columns: dict[tuple[str, str], list[float]]) -> MetricTable:
    """Return rows a second apart."""
    length = max(map(len, columns.values()), default=0)
    return MetricTable.build([float(row) for row in range(length)], columns)


def test_a_page_more_in_a_constant_series_is_less_than_a_doubled_load() -> None:
    before = table(
        {
            ("db", "mem"): [31_000_000.0] * 10,
            ("pay", "cpu"): [20.0 + item for item in NOISE],
        }
    )
    after = table({("db", "mem"): [31_008_192.0] * 10, ("pay", "cpu"): [40.0] * 10})

    found = anomalies.deviants(before, after)

    assert [item.entity for item in found] == ["pay", "db"]
    assert found[1].score < 1.0


def test_the_first_errors_ever_count_and_stay_finite() -> None:
    before = table({("pay", "errors"): [0.0] * 10, ("web", "lat_99"): [1.0 + x for x in NOISE]})
    after = table({("pay", "errors"): [0.0001] * 10, ("web", "lat_99"): [1.1] * 10})

    found = anomalies.deviants(before, after)

    assert found[0].entity == "pay"
    assert found[0].score == pytest.approx(10.0)


def test_a_single_outlier_is_not_a_deviation_that_lasts() -> None:
    before = table(
        {("a", "cpu"): [10.0 + x for x in NOISE], ("b", "cpu"): [10.0 + x for x in NOISE]}
    )
    after = table({("a", "cpu"): [10.0] * 29 + [900.0], ("b", "cpu"): [10.0] * 20 + [16.0] * 10})

    found = anomalies.deviants(before, after)

    assert found[0].entity == "b"


def test_an_idle_victim_counts_less_than_who_works_harder() -> None:
    before = table({(name, "cpu"): [10.0 + x for x in NOISE] for name in ("idle", "busy")})
    after = table({("idle", "cpu"): [2.0] * 10, ("busy", "cpu"): [18.0] * 10})

    found = anomalies.deviants(before, after)

    assert [item.entity for item in found] == ["busy", "idle"]


def test_gaps_and_metrics_of_one_window_only_are_no_deviation() -> None:
    before = table({("a", "cpu"): [math.nan] * 3, ("b", "cpu"): [1.0, math.nan, 1.0]})
    after = table({("a", "cpu"): [5.0] * 3, ("b", "cpu"): [1.0] * 3, ("c", "cpu"): [9.0] * 3})

    found = anomalies.deviants(before, after)

    assert [(item.entity, item.score) for item in found] == [("a", 0.0), ("b", 0.0)]


def test_confidence_grows_with_the_lead() -> None:
    before = table({(name, "cpu"): [10.0 + x for x in NOISE] for name in "ab"})
    close = table({("a", "cpu"): [20.0] * 10, ("b", "cpu"): [19.9] * 10})
    clear = table({("a", "cpu"): [90.0] * 10, ("b", "cpu"): [10.0] * 10})

    unsure = anomalies.confidence(anomalies.deviants(before, close))
    sure = anomalies.confidence(anomalies.deviants(before, clear))

    assert unsure < 0.5
    assert 0.95 < sure < 1.0
    assert anomalies.confidence(()) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("http_requests_errors_total", Kind.ERRORS),
        ("request_duration_seconds", Kind.LATENCY),
        ("container_memory_working_set_bytes", Kind.MEMORY),
        ("CpuUsageRate(%)", Kind.CPU),
        ("NetworkReceiveBytes", Kind.NETWORK),
        ("container_fs_writes", Kind.DISK),
        ("qps", Kind.TRAFFIC),
        ("workload", Kind.TRAFFIC),
        ("queue_depth", Kind.OTHER),
    ],
)
def test_what_is_measured_is_told_by_the_name(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind
