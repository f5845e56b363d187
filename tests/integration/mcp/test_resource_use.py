"""What pods, volumes and nodes use and lose, from a real Prometheus with the usual exporters' names."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_server import History, backfilled, running

from mcp_servers.common.envelope import NoDataError, RefusedError
from mcp_servers.prometheus.answers import ResourceUse
from mcp_servers.prometheus.api import connect
from mcp_servers.prometheus.resources import Resources
from sre_agent.domain.observations import KINDS

END = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def past() -> History:
    told = History(END, length_s=900)
    pod = 'namespace="store",pod="orders-0"'
    for container, cores in (("main", 0.4), ("proxy", 0.1)):
        labels = f'{pod},container="{container}"'
        told.counter(f"container_cpu_usage_seconds_total{{{labels}}}", cores)
        told.counter(f"container_cpu_cfs_throttled_seconds_total{{{labels}}}", 0.2)
        told.counter(f"container_pressure_io_waiting_seconds_total{{{labels}}}", 0.05)
    told.counter(f"container_cpu_usage_seconds_total{{{pod}}}", 0.5)
    for way in ("receive", "transmit"):
        told.counter(f'container_network_{way}_packets_total{{{pod},interface="eth0"}}', 100)
        told.counter(f'container_network_{way}_packets_dropped_total{{{pod},interface="eth0"}}', 3)
    elsewhere = 'namespace="other",pod="orders-0",container="main"'
    told.counter(f"container_cpu_usage_seconds_total{{{elsewhere}}}", 7)
    claim = 'namespace="store",persistentvolumeclaim="orders-data"'
    told.gauge(f"kubelet_volume_stats_used_bytes{{{claim}}}", 45e9)
    told.gauge(f"kubelet_volume_stats_capacity_bytes{{{claim}}}", 50e9)
    node = 'instance="10.0.0.7:9100",job="node"'
    told.counter(f"node_netstat_Tcp_RetransSegs{{{node}}}", 9)
    told.counter(f'node_disk_io_time_seconds_total{{{node},device="sda"}}', 0.7)
    told.counter(f'node_disk_io_time_seconds_total{{{node},device="loop0"}}', 1)
    for filesystem, free in (('device="sda",fstype="ext4"', 20), ('device="t",fstype="tmpfs"', 1)):
        told.gauge(f"node_filesystem_avail_bytes{{{node},{filesystem}}}", free)
        told.gauge(f"node_filesystem_size_bytes{{{node},{filesystem}}}", 100)
    return told


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("resources")
    backfilled(past(), folder)
    with running(folder) as server:
        yield server


@pytest.fixture
async def resources(url: str) -> AsyncIterator[Resources]:
    api = connect(url, None)
    yield Resources(api)
    await api.close()


async def test_every_measure_is_told_of_whom_it_is_about(resources: Resources) -> None:
    answer = await resources.resource_use("store", end=END)

    assert isinstance(answer.data, ResourceUse)
    pod, node = {"pod": "orders-0"}, {"instance": "10.0.0.7:9100"}
    assert [(row.measure, row.labels) for row in answer.data.rows] == [
        ("cpu", pod),
        ("cpu_throttled", pod),
        ("disk_busy", pod),
        ("packets_lost", pod),
        ("volume_used", {"persistentvolumeclaim": "orders-data"}),
        ("disk_used", node),
        ("disk_busy", node),
        ("tcp_retransmits", node),
    ]
    newest = [row.points[-1].value for row in answer.data.rows]
    assert newest == pytest.approx([0.5, 0.4, 0.1, 0.03, 0.9, 0.8, 0.7, 9], rel=1e-3)
    assert answer.left_out == ()


async def test_the_brain_reads_what_the_server_writes(resources: Resources) -> None:
    answer = await resources.resource_use("store", end=END)

    assert isinstance(answer.data, ResourceUse)
    data = answer.data.model_dump(mode="json")
    assert KINDS["metrics.resource_use"].model_validate(data).model_dump(mode="json") == data


async def test_a_namespace_of_which_nothing_is_told_still_has_its_nodes(
    resources: Resources,
) -> None:
    answer = await resources.resource_use("empty", end=END)

    assert isinstance(answer.data, ResourceUse)
    assert all("instance" in row.labels for row in answer.data.rows)


async def test_a_time_without_samples_is_no_data(resources: Resources) -> None:
    with pytest.raises(NoDataError, match="neither cAdvisor"):
        await resources.resource_use("store", end=datetime(2024, 3, 1, tzinfo=UTC))


async def test_a_namespace_without_a_name_is_refused(resources: Resources) -> None:
    with pytest.raises(RefusedError, match="namespace"):
        await resources.resource_use("")
