"""All services at once, from a real Prometheus with a made-up past."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_server import History, backfilled, running
from test_prometheus_dialects import micrometer, opentelemetry

from mcp_servers.common.envelope import Answer, NoDataError, RefusedError
from mcp_servers.prometheus.answers import Overview, ServiceTraces
from mcp_servers.prometheus.api import connect
from mcp_servers.prometheus.overview import Overseer

END = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def second_shop(past: History) -> None:
    labels = 'namespace="annex",service="desk",pod="desk-0"'
    past.counter(f'http_requests_total{{{labels},code="200"}}', 5)
    for pod in ("cellar-7f8d9c6b5d-hjklm", "cellar-7f8d9c6b5d-xzvwt"):
        container = f'namespace="annex",pod="{pod}",container="main"'
        past.gauge(f"container_memory_working_set_bytes{{{container}}}", 90e6)
        past.gauge(f"container_spec_memory_limit_bytes{{{container}}}", 100e6)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("overview")
    past = History(END, 1800)
    for tell in (micrometer, opentelemetry, second_shop):
        tell(past)
    backfilled(past, folder)
    with running(folder) as url:
        yield url


@pytest.fixture
async def overseer(prometheus: str) -> AsyncIterator[Overseer]:
    api = connect(prometheus, None)
    yield Overseer(api)
    await api.close()


def overview(answer: Answer) -> Overview:
    assert isinstance(answer.data, Overview)
    return answer.data


def of(found: Overview, service: str) -> ServiceTraces:
    return next(each for each in found.services if each.service == service)


async def test_services_of_every_custom_stand_side_by_side(overseer: Overseer) -> None:
    found = overview(await overseer.services_overview(end=END))

    names = [(each.namespace, each.service) for each in found.services]
    assert names == [("annex", "desk"), ("store", "billing"), ("store", "orders")]
    assert found.namespaces == ("annex", "store")
    orders = of(found, "orders")
    assert orders.traffic is not None
    assert orders.errors is not None
    assert orders.latency_p99 is not None
    assert orders.saturation is not None
    assert orders.traffic.values[-1] == pytest.approx(20, rel=0.05)
    assert orders.errors.values[30] == 0
    assert orders.errors.values[-1] == pytest.approx(0.15, 0.1)
    assert orders.latency_p99.values[-1] == pytest.approx(0.42, abs=0.1)
    assert orders.saturation.values[-1] == pytest.approx(0.75)
    assert orders.missing == {}


async def test_what_is_not_known_is_empty_and_says_why(overseer: Overseer) -> None:
    desk = of(overview(await overseer.services_overview(end=END)), "desk")

    assert desk.latency_p99 is None
    assert desk.missing == {
        "latency_p99": "no histogram times the requests served",
        "saturation": "no pod of that name has a memory limit, or its node is not scraped",
    }


async def test_the_whole_adds_up_requests_and_shows_the_worst_of_the_rest(
    overseer: Overseer,
) -> None:
    whole = overview(await overseer.services_overview(end=END)).whole

    assert whole.traffic is not None
    assert whole.errors is not None
    assert whole.saturation is not None
    assert whole.traffic.values[-1] == pytest.approx(29, rel=0.05)
    assert whole.errors.values[-1] == pytest.approx(3 / 29, rel=0.1)
    assert whole.saturation.values[-1] == pytest.approx(0.9)  # of what serves no requests


async def test_it_can_be_narrowed_to_a_namespace_and_to_a_service(overseer: Overseer) -> None:
    annex = overview(await overseer.services_overview(namespace="annex", end=END))
    orders = overview(await overseer.services_overview(service="orders", end=END))

    assert [each.service for each in annex.services] == ["desk"]
    assert annex.whole.saturation is not None
    assert [each.service for each in orders.services] == ["orders"]
    assert orders.whole.saturation is not None
    assert orders.whole.saturation.values[-1] == pytest.approx(0.75)


async def test_only_the_busiest_are_listed_and_the_answer_says_so(overseer: Overseer) -> None:
    answer = await overseer.services_overview(end=END, limit=1)

    found = overview(answer)
    assert [each.service for each in found.services] == ["orders"]
    assert answer.left_out == ("2 of 3 services left out (limit 1)",)
    assert found.whole.traffic is not None
    assert found.whole.traffic.values[-1] == pytest.approx(29, rel=0.05)


async def test_nothing_known_is_no_data_and_too_much_is_refused(overseer: Overseer) -> None:
    with pytest.raises(NoDataError, match="namespace 'nowhere'"):
        await overseer.services_overview(namespace="nowhere", end=END)
    with pytest.raises(RefusedError, match="limit must be between"):
        await overseer.services_overview(limit=1000)
