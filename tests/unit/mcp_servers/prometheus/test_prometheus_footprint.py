"""Choosing what to read a service's signals from."""

from typing import Any

import pytest

from mcp_servers.prometheus import footprint
from mcp_servers.prometheus.dialects import Side
from mcp_servers.prometheus.footprint import PLACES, Footprint, Source

NAMESPACE, SERVICE = "store", "cart"


def row(name: str, /, value: float = 100, **labels: str) -> dict[str, Any]:
    """A row as Prometheus answers it; `via` names labels by which the series was found."""
    via = labels.pop("via", "namespace,service")
    index = next(
        index
        for index, place in enumerate(PLACES)
        if name in place.names
        and {m.label for m in (*place.owner.matchers, *place.fixed)} == set(via.split(","))
    )
    return {
        "metric": {"__name__": name, "found_via": str(index), **labels},
        "value": [0, str(value)],
    }


def found(*rows: dict[str, Any]) -> Footprint:
    return footprint.read(rows, NAMESPACE, SERVICE)


def text(source: Source | None) -> str:
    assert source is not None
    return str(source.selector)


def test_a_plain_service_is_read_from_its_own_counter_and_histogram() -> None:
    seen = found(
        row("http_requests_total", code="200"),
        row("http_request_duration_seconds_count"),
        row("http_request_duration_seconds_bucket"),
    )

    assert text(seen.served) == 'http_requests_total{namespace="store",service="cart"}'
    assert (
        text(seen.served_times)
        == 'http_request_duration_seconds_bucket{namespace="store",service="cart"}'
    )
    assert seen.served
    assert str(seen.served.failed) == 'code=~"5.."'
    assert seen.is_whole


def test_the_label_that_says_best_whose_a_series_is_wins() -> None:
    seen = found(
        row("http_requests_total", via="namespace,job", code="200"),
        row("http_requests_total", via="namespace,app", code="200"),
    )

    assert text(seen.served) == 'http_requests_total{namespace="store",app="cart"}'


def test_a_metric_that_tells_failures_is_better_than_one_that_does_not() -> None:
    seen = found(
        row("http_requests_total"),
        row("http_server_requests_seconds_count", status="200"),
    )

    assert text(seen.served).startswith("http_server_requests_seconds_count{")


def test_a_histogram_without_a_counter_counts_requests() -> None:
    seen = found(
        row("http_server_request_duration_seconds_count", http_response_status_code="200"),
        row("http_server_request_duration_seconds_bucket"),
    )

    assert text(seen.served).startswith("http_server_request_duration_seconds_count{")
    assert seen.served
    assert str(seen.served.failed) == 'http_response_status_code=~"5.."'


def test_a_side_door_with_few_requests_is_not_taken_for_the_front() -> None:
    seen = found(
        row("http_requests_total", value=20, code="200"),
        row("grpc_server_handled_total", value=9000, grpc_code="OK"),
    )

    assert text(seen.served).startswith("grpc_server_handled_total{")


def test_a_mesh_speaks_for_a_service_that_says_nothing_itself() -> None:
    via = "destination_service_namespace,destination_service_name,reporter"

    seen = found(
        row("istio_requests_total", via=via, response_code="503"),
        row("istio_request_duration_milliseconds_bucket", via=via),
    )

    assert text(seen.served) == (
        'istio_requests_total{destination_service_namespace="store",'
        'destination_service_name="cart",reporter="destination"}'
    )
    assert seen.served_times
    assert seen.served_times.dialect.unit_s == 0.001


def test_calls_need_a_label_that_names_the_peer() -> None:
    without = found(row("http_client_requests_total", code="200"))
    named = found(row("http_client_requests_total", code="200", server_address="db"))

    assert without.made is None
    assert named.made
    assert named.made.peer_label == "server_address"
    assert named.made.dialect.side is Side.CLIENT


def test_a_service_that_only_just_started_is_not_whole() -> None:
    assert not found(row("http_request_duration_seconds_count")).is_whole
    assert found().is_empty


@pytest.mark.parametrize(
    ("limits", "metric"),
    [
        ({"container_spec_memory_limit_bytes": 64e6}, "container_spec_memory_limit_bytes"),
        (
            {"container_spec_memory_limit_bytes": 0, "kube_pod_container_resource_limits": 64e6},
            "kube_pod_container_resource_limits",
        ),
        ({"container_spec_memory_limit_bytes": 0}, ""),
    ],
)
def test_memory_limits_are_read_where_they_are_told(limits: dict[str, float], metric: str) -> None:
    via = "namespace,pod,resource"
    rows = [row(name, value=value, via=via) for name, value in limits.items()]

    seen = found(row("container_memory_working_set_bytes", via=via), *rows)

    assert seen.memory_limits == metric


def test_the_look_for_metrics_is_one_expression_about_this_service_alone() -> None:
    query = footprint.query(NAMESPACE, 'ca"rt', 600)

    assert query.count(" or ") == len(PLACES) - 1
    assert query.count("[10m]") == len(PLACES)
    assert 'service="ca\\"rt"' in query
