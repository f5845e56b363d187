"""What is asked for each signal."""

import pytest

from mcp_servers.prometheus import signals
from mcp_servers.prometheus.dialects import DIALECTS, Side
from mcp_servers.prometheus.footprint import Footprint, Source
from mcp_servers.prometheus.ownership import PLAIN
from mcp_servers.prometheus.promql import Matcher, Selector

OWN = (Matcher("namespace", "=", "store"), Matcher("service", "=", "cart"))


def source(metric: str, side: Side = Side.SERVER, peer: str = "", failed: bool = True) -> Source:
    base = metric.removesuffix("_bucket").removesuffix("_count")
    dialect = next(
        each for each in DIALECTS if each.side is side and base in {each.counter, each.histogram}
    )
    code = Matcher("code", "=~", "5..") if failed else None
    return Source(Selector(metric, OWN), dialect, PLAIN[0], code, peer)


def asked(footprint: Footprint) -> dict[str, signals.Ask]:
    asks = signals.of_service(footprint, "store", "cart", 5) or signals.of_calls(footprint, 5)
    return {ask.name: ask for ask in asks}


@pytest.mark.parametrize(("interval_s", "window_s"), [(0.1, 5), (1, 5), (15, 60), (60, 240)])
def test_a_rate_is_taken_over_four_samples_and_never_less_than_5_s(
    interval_s: float, window_s: float
) -> None:
    assert signals.rate_window_s(interval_s) == window_s


def test_errors_are_a_ratio_that_is_zero_while_nothing_fails() -> None:
    errors = asked(Footprint(served=source("http_requests_total")))["errors"]

    every = 'sum(rate(http_requests_total{namespace="store",service="cart"}[5s]))'
    bad = 'sum(rate(http_requests_total{namespace="store",service="cart",code=~"5.."}[5s]))'
    assert errors.of_all() == f"({bad} or 0 * {every}) / {every}"


def test_a_signal_can_be_asked_of_everything_of_each_pod_and_of_one_pod() -> None:
    traffic = asked(Footprint(served=source("http_requests_total")))["traffic"]

    own = 'namespace="store",service="cart"'
    assert traffic.of_all() == f"sum(rate(http_requests_total{{{own}}}[5s]))"
    assert traffic.of_each() == f"sum by (pod)(rate(http_requests_total{{{own}}}[5s]))"
    assert traffic.of_one("cart-0") == f'sum(rate(http_requests_total{{{own},pod="cart-0"}}[5s]))'


def test_latency_is_in_seconds_whatever_the_histogram_is_in() -> None:
    times = source("http_server_duration_milliseconds_bucket")

    asks = asked(Footprint(served_times=times))

    assert asks["latency_p99"].of_each() == (
        "0.001 * histogram_quantile(0.99, sum by (pod,le)"
        '(rate(http_server_duration_milliseconds_bucket{namespace="store",service="cart"}[5s])))'
    )
    assert asks["latency_p50"].unit == "seconds"


def test_without_a_label_for_failures_no_errors_are_made_up() -> None:
    asks = asked(Footprint(served=source("http_requests_total", failed=False)))

    assert "errors" not in asks


def test_calls_are_split_by_their_own_label_of_the_peer() -> None:
    made = source("http_client_requests_total", Side.CLIENT, peer="upstream")

    asks = asked(Footprint(made=made))

    assert (
        asks["traffic"].of_each().startswith("sum by (upstream)(rate(http_client_requests_total{")
    )


def test_saturation_is_that_of_the_fullest_container_with_a_limit() -> None:
    asks = asked(Footprint(memory_limits="kube_pod_container_resource_limits"))

    query = asks["saturation"].of_each()
    assert query.startswith(
        "max by (pod)(max by (namespace,pod,container)(container_memory_working"
    )
    assert 'resource="memory"' in query
    assert query.endswith(" > 0))")


def test_memory_of_oddly_named_pods_is_found_through_the_requests_they_serve() -> None:
    asks = asked(Footprint(served=source("http_requests_total")))

    assert (
        "and on (namespace,pod) group by (namespace,pod) "
        '(http_requests_total{namespace="store",service="cart"})'
    ) in asks["saturation"].of_all()


def test_cpu_is_that_of_the_busiest_container_and_asked_only_where_the_node_tells_it() -> None:
    asks = asked(Footprint(memory_limits="", has_cpu=True, has_throttling=True))

    used = (
        "sum by (namespace,pod,container)(rate(container_cpu_usage_seconds_total"
        '{namespace="store",pod=~'
    )
    assert asks["cpu"].of_each().startswith(f"max by (pod)({used}")
    assert asks["cpu"].of_all().startswith(f"max({used}")
    assert "container_cpu_cfs_throttled_periods_total" in asks["throttling"].of_all()
    assert "[30s]" in asks["cpu"].of_all()
    assert {"cpu", "throttling"}.isdisjoint(asked(Footprint()))
