"""Requests counted over windows, from a real Prometheus with a made-up past."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_server import History, backfilled, running

from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus.answers import RequestCounts
from mcp_servers.prometheus.api import connect
from mcp_servers.prometheus.counting import Counting

END = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
LENGTH_S = 7200


def failing_lately(past: History) -> None:
    """Add a service with 10 requests/s, of which 2/s fail in the last ten minutes."""
    labels = 'namespace="store",service="till",pod="till-0"'
    since = LENGTH_S - 600
    past.counter(f'http_requests_total{{{labels},code="200"}}', lambda at: 10 if at <= since else 8)
    past.counter(f'http_requests_total{{{labels},code="500"}}', lambda at: 0 if at <= since else 2)
    for le, rate in (("0.1", 7.0), ("0.5", 9.0), ("+Inf", 10.0)):
        past.counter(f'http_request_duration_seconds_bucket{{{labels},le="{le}"}}', rate)
    past.counter(f"http_request_duration_seconds_count{{{labels}}}", 10)


def never_failed(past: History) -> None:
    past.counter('http_requests_total{namespace="store",service="calm",pod="c",code="200"}', 1)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("counts")
    past = History(END, LENGTH_S)
    for tell in (failing_lately, never_failed):
        tell(past)
    backfilled(past, folder)
    with running(folder) as url:
        yield url


@pytest.fixture
async def counting(prometheus: str) -> AsyncIterator[Counting]:
    api = connect(prometheus, None)
    yield Counting(api)
    await api.close()


def counts(answer: Answer) -> RequestCounts:
    assert isinstance(answer.data, RequestCounts)
    return answer.data


async def test_failures_are_counted_over_each_window(counting: Counting) -> None:
    answer = await counting.request_counts("store", "till", [3600.0, 300.0, 1800.0], end=END)

    found = counts(answer)
    assert [each.window_s for each in found.windows] == [300.0, 1800.0, 3600.0]
    assert [each.requests for each in found.windows] == pytest.approx([3000, 18_000, 36_000], 0.01)
    assert [each.bad for each in found.windows] == pytest.approx([600, 1200, 1200], 0.02)
    assert [each.covered for each in found.windows] == [1.0, 1.0, 1.0]
    assert "http_requests_total" in found.query


async def test_slow_requests_are_counted_by_the_bucket_at_or_below_the_threshold(
    counting: Counting,
) -> None:
    exact = counts(await counting.request_counts("store", "till", [3600.0], 0.5, END))
    between = counts(await counting.request_counts("store", "till", [3600.0], 0.4, END))

    assert (exact.threshold_s, between.threshold_s) == (0.5, 0.1)
    assert exact.windows[0].requests == pytest.approx(36_000, 0.01)
    assert exact.windows[0].bad == pytest.approx(3600, 0.01)
    assert between.windows[0].bad == pytest.approx(3 * 3600, 0.01)


async def test_a_service_that_never_failed_has_no_failures_rather_than_no_data(
    counting: Counting,
) -> None:
    [found] = counts(await counting.request_counts("store", "calm", [3600.0], end=END)).windows

    assert found.requests == pytest.approx(3600, 0.01)
    assert found.bad == 0.0


async def test_a_window_longer_than_what_is_known_says_how_much_it_covers(
    counting: Counting,
) -> None:
    found = counts(await counting.request_counts("store", "till", [86_400.0], end=END))

    assert found.windows[0].covered == pytest.approx(LENGTH_S / 86_400, abs=0.02)


@pytest.mark.parametrize(
    ("service", "threshold_s", "told"),
    [
        ("nobody", None, "no metric counted"),
        ("calm", 0.5, "no histogram timed"),
        ("till", 0.01, "nothing below 0.1 s"),
    ],
)
async def test_what_cannot_be_counted_is_no_data_with_a_reason(
    counting: Counting, service: str, threshold_s: float | None, told: str
) -> None:
    with pytest.raises(NoDataError, match=told):
        await counting.request_counts("store", service, [3600.0], threshold_s, END)


@pytest.mark.parametrize("windows", [[], [1.0] * 11, [5.0], [1e9]])
async def test_windows_out_of_bounds_are_refused(counting: Counting, windows: list[float]) -> None:
    with pytest.raises(RefusedError):
        await counting.request_counts("store", "till", windows, end=END)


async def test_a_name_cannot_say_more_than_a_name(counting: Counting) -> None:
    with pytest.raises(NoDataError):
        await counting.request_counts("store", 'till"} or vector(1) or x{a="', [3600.0], end=END)
