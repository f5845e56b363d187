"""Golden signals of services that report their requests in different ways, from a real Prometheus."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_server import History, Rate, backfilled, running

from mcp_servers.common.envelope import NoDataError
from mcp_servers.prometheus.answers import GoldenSignals, SignalGroup
from mcp_servers.prometheus.api import connect
from mcp_servers.prometheus.golden import Golden

END = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
FAULT_S = 1500
"""When, in a history of 1800 s, things go wrong."""


def share(before: float, after: float) -> Rate:
    return lambda offset: before if offset < FAULT_S else after


def micrometer(past: History) -> None:
    for pod, bad in (("orders-6d4cf56db6-bcdfg", 0.0), ("orders-7f8d9c6b5d-hjklm", 3.0)):
        labels = f'namespace="store",app="orders",pod="{pod}",uri="/o"'
        metric = "http_server_requests_seconds"
        past.counter(f'{metric}_count{{{labels},status="200"}}', share(10, 10 - bad))
        past.counter(f'{metric}_count{{{labels},status="500"}}', share(0, bad))
        for le, rate in (("0.1", 9.5), ("0.5", 10.0), ("+Inf", 10.0)):
            past.counter(f'{metric}_bucket{{{labels},le="{le}"}}', rate)
        calls = f'{labels},client_name="stock.store.svc"'
        past.counter(f'http_client_requests_seconds_count{{{calls},status="200"}}', 5)
        past.counter(
            f'http_client_requests_seconds_count{{{calls},status="IO_ERROR"}}', share(0, 5)
        )
        container = f'namespace="store",pod="{pod}",container="main"'
        past.gauge(f"container_memory_working_set_bytes{{{container}}}", 48e6 + 8e6 * bad)
        past.gauge(f"container_spec_memory_limit_bytes{{{container}}}", 96e6)


def opentelemetry(past: History) -> None:
    labels = 'k8s_namespace_name="store",k8s_deployment_name="billing",k8s_pod_name="billing-0"'
    metric = "http_server_request_duration_seconds"
    past.counter(f'{metric}_count{{{labels},http_response_status_code="200"}}', 4)
    past.counter(f'{metric}_bucket{{{labels},le="0.25"}}', 4)
    past.counter(f'{metric}_bucket{{{labels},le="+Inf"}}', 4)
    metric = "http_client_request_duration_seconds"
    past.counter(
        f'{metric}_count{{{labels},server_address="bank",http_response_status_code="200"}}',
        share(4, 3),
    )
    past.counter(
        f'{metric}_count{{{labels},server_address="bank",error_type="timeout"}}', share(0, 1)
    )


def mesh(past: History) -> None:
    called = 'destination_service_namespace="store",destination_service_name="quote"'
    for reporter in ("source", "destination"):
        labels = (
            f'reporter="{reporter}",{called},source_workload_namespace="store",'
            'source_workload="front",namespace="store",pod="quote-abc"'
        )
        past.counter(f'istio_requests_total{{{labels},response_code="200"}}', share(8, 6))
        past.counter(f'istio_requests_total{{{labels},response_code="503"}}', share(0, 2))
        for le, rate in (("50", 4), ("100", 8), ("+Inf", 8)):
            past.counter(f'istio_request_duration_milliseconds_bucket{{{labels},le="{le}"}}', rate)


def remote_procedures(past: History) -> None:
    labels = 'namespace="store",service="ledger",pod="ledger-0",grpc_service="l.Ledger"'
    past.counter(f'grpc_server_handled_total{{{labels},grpc_code="OK"}}', share(20, 15))
    past.counter(f'grpc_server_handled_total{{{labels},grpc_code="Unavailable"}}', share(0, 5))
    past.counter(f'grpc_server_handled_total{{{labels},grpc_code="NotFound"}}', 1)
    past.counter('http_requests_total{namespace="store",service="ledger",code="200"}', 0.1)


def proxies(past: History) -> None:
    nginx = 'namespace="ingress",exported_namespace="store",exported_service="web",pod="nginx-0"'
    past.counter(f'nginx_ingress_controller_requests{{{nginx},status="200"}}', 3)
    traefik = 'namespace="edge",service="store-site-8080@kubernetescrd",pod="traefik-0"'
    past.counter(f'traefik_service_requests_total{{{traefik},code="200"}}', 2)
    past.counter(f'traefik_service_requests_total{{{traefik},code="502"}}', 2)


def others(past: History) -> None:
    plain = 'http_requests_total{namespace="store",code="200"'
    past.counter(f'{plain},service="idle",pod="idle-0"}}', 0)
    past.counter(f'{plain},service="gone",pod="gone-0"}}', 6, until_s=1600)
    past.counter(f'{plain},container="cart-redis",pod="cart-redis-6d4cf56db6-bcdfg"}}', 7)
    past.counter('http_requests_total{namespace="elsewhere",code="500",service="idle"}', 9)
    past.counter('http_requests_total{namespace="store",service="mute",pod="mute-0"}', 5)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("dialects")
    past = History(END, length_s=1800)
    for write in (micrometer, opentelemetry, mesh, remote_procedures, proxies, others):
        write(past)
    backfilled(past, folder)
    with running(folder) as server:
        yield server


@pytest.fixture
async def golden(url: str) -> AsyncIterator[Golden]:
    api = connect(url, None)
    yield Golden(api)
    await api.close()


async def signals(golden: Golden, service: str, end: datetime = END) -> GoldenSignals:
    answer = await golden.golden_signals("store", service, window_s=900, end=end)
    assert isinstance(answer.data, GoldenSignals)
    return answer.data


def last(group: SignalGroup, name: str) -> float:
    signal = getattr(group, name)
    value: float = signal.points[-1].value
    return value


async def test_micrometer_is_told_by_pod_and_by_peer(golden: Golden) -> None:
    found = await signals(golden, "orders")

    assert last(found.total, "traffic") == pytest.approx(20)
    assert last(found.total, "errors") == pytest.approx(0.15)
    assert [point.value for point in found.total.errors.points][:5] == [0, 0, 0, 0, 0]
    assert {group.labels["pod"]: last(group, "errors") for group in found.pods} == {
        "orders-6d4cf56db6-bcdfg": 0,
        "orders-7f8d9c6b5d-hjklm": pytest.approx(0.3),
    }
    assert last(found.total, "latency_p50") == pytest.approx(0.0526, abs=0.001)
    assert last(found.total, "latency_p99") == pytest.approx(0.42)
    assert last(found.total, "saturation") == pytest.approx(0.75)
    assert last(found.pods[0], "saturation") == pytest.approx(0.5)
    (peer,) = found.dependencies
    assert peer.labels == {"peer": "stock.store.svc"}
    assert last(peer, "errors") == pytest.approx(0.5)


async def test_opentelemetry_names_neither_namespace_nor_service_the_usual_way(
    golden: Golden,
) -> None:
    found = await signals(golden, "billing")

    assert last(found.total, "traffic") == pytest.approx(4)
    assert {point.value for point in found.total.errors.points} == {0}
    assert [group.labels for group in found.pods] == [{"pod": "billing-0"}]
    assert last(found.total, "latency_p99") == pytest.approx(0.2475)
    (peer,) = found.dependencies
    assert peer.labels == {"peer": "bank"}
    assert last(peer, "errors") == pytest.approx(0.25)


async def test_a_mesh_reports_both_ends_without_counting_twice(golden: Golden) -> None:
    callee, caller = await signals(golden, "quote"), await signals(golden, "front")

    assert last(callee.total, "traffic") == pytest.approx(8)
    assert last(callee.total, "errors") == pytest.approx(0.25)
    assert last(callee.total, "latency_p50") == pytest.approx(0.05)
    assert caller.total.traffic.points == ()
    (peer,) = caller.dependencies
    assert peer.labels == {"peer": "quote"}
    assert last(peer, "errors") == pytest.approx(0.25)


async def test_of_grpc_and_a_side_door_over_http_grpc_is_the_service(golden: Golden) -> None:
    found = await signals(golden, "ledger")

    assert last(found.total, "traffic") == pytest.approx(21)
    assert last(found.total, "errors") == pytest.approx(5 / 21, abs=1e-5)


async def test_a_proxy_counts_for_a_service_but_its_pods_are_not_the_service_s(
    golden: Golden,
) -> None:
    web, site = await signals(golden, "web"), await signals(golden, "site")

    assert last(web.total, "traffic") == pytest.approx(3)
    assert last(web.total, "errors") == 0
    assert last(site.total, "traffic") == pytest.approx(4)
    assert last(site.total, "errors") == pytest.approx(0.5)
    assert web.pods == site.pods == ()


async def test_no_traffic_is_told_as_none_and_makes_no_error_ratio(golden: Golden) -> None:
    found = await signals(golden, "idle")

    assert {point.value for point in found.total.traffic.points} == {0}
    assert found.total.errors.points == ()


async def test_a_service_that_went_away_is_seen_until_it_did(golden: Golden) -> None:
    found = await signals(golden, "gone")

    left = found.total.traffic.points[-1].at
    gone = END - timedelta(seconds=200)
    assert gone <= left <= gone + timedelta(seconds=60)


async def test_a_service_is_not_given_what_one_with_a_longer_name_has(golden: Golden) -> None:
    with pytest.raises(NoDataError, match="'cart'"):
        await signals(golden, "cart")


async def test_unknown_errors_are_empty_and_that_is_said(golden: Golden) -> None:
    answer = await golden.golden_signals("store", "mute", window_s=900, end=END)

    assert isinstance(answer.data, GoldenSignals)
    assert last(answer.data.total, "traffic") == pytest.approx(5)
    assert answer.data.total.errors.points == ()
    assert any("tells failed requests" in sentence for sentence in answer.left_out)


async def test_the_window_suits_the_pace_of_the_samples_and_ends_at_the_end(golden: Golden) -> None:
    found = await signals(golden, "orders")

    assert "[1m]" in found.total.traffic.query
    assert found.step_s == 15
    assert found.end == END
    assert found.total.traffic.points[-1].at == END
    assert len(found.total.traffic.points) <= 120


async def test_the_query_of_a_signal_gives_that_signal_again(golden: Golden) -> None:
    found = await signals(golden, "orders")

    for group in (found.total, *found.pods, *found.dependencies):
        for signal in (group.traffic, group.errors):
            reply = await golden.api.instant(signal.query, END)
            (row,) = reply.data["result"]
            assert float(row["value"][1]) == pytest.approx(signal.points[-1].value, rel=1e-5)


async def test_the_past_is_told_as_it_was_then(golden: Golden) -> None:
    found = await signals(golden, "orders", END - timedelta(seconds=400))

    assert {point.value for point in found.total.errors.points} == {0}
