"""Two nodes: pods are spread over them, and leave one that is emptied."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from node_cluster import Cluster, Object, running, until

from infrastructure.lab.cluster.store import KINDS
from infrastructure.lab.node.backoff import BackoffLimits

SERVE = "python3 -m http.server --bind $POD_IP {port}"
POD_IP = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    """A running cluster of two nodes."""
    async with running(tmp_path, BackoffLimits(base_s=0.05, max_s=0.4), count=2) as found:
        yield found


def ready(cluster: Cluster, app: str) -> list[Object]:
    """Return the pods of an application that are ready and not on their way out."""
    return [
        pod
        for pod in cluster.all("Pod", app=app)
        if not pod["metadata"].get("deletionTimestamp")
        and any(
            (each["type"], each["status"]) == ("Ready", "True")
            for each in pod["status"].get("conditions") or ()
        )
    ]


def nodes_of(pods: list[Object]) -> list[str]:
    return sorted(pod["spec"]["nodeName"] for pod in pods)


def cordon(cluster: Cluster, name: str) -> None:
    node = cluster.store.get(KINDS["Node"], None, name)
    node["spec"]["unschedulable"] = True
    cluster.store.update(KINDS["Node"], node)


async def test_pods_are_spread_and_each_node_gives_its_own_addresses(cluster: Cluster) -> None:
    cluster.deployment("web", "echo $HOSTNAME; sleep 1000", replicas=4)

    pods = await until(lambda: len(ready(cluster, "web")) == 4 and ready(cluster, "web"))

    places = {(pod["spec"]["nodeName"], pod["status"]["hostIP"]) for pod in pods}
    blocks = {(pod["spec"]["nodeName"], pod["status"]["podIP"].split(".")[2]) for pod in pods}
    assert nodes_of(pods) == ["node-1", "node-1", "node-2", "node-2"]
    assert places == {("node-1", "127.0.0.1"), ("node-2", "127.0.0.2")}
    assert len(blocks) == 2
    for pod in pods:
        name = pod["metadata"]["name"]
        assert cluster.log(name).strip() == name


async def test_pods_deleted_from_a_cordoned_node_come_back_on_the_other(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000", replicas=2)
    pods = await until(lambda: len(ready(cluster, "web")) == 2 and ready(cluster, "web"))
    assert nodes_of(pods) == ["node-1", "node-2"]

    cordon(cluster, "node-1")
    (leaving,) = (pod for pod in pods if pod["spec"]["nodeName"] == "node-1")
    cluster.store.begin_delete(KINDS["Pod"], "default", leaving["metadata"]["name"], grace_s=1)

    await until(lambda: nodes_of(ready(cluster, "web")) == ["node-2", "node-2"])
    await until(lambda: cluster.store.get(KINDS["Node"], None, "node-1")["spec"].get("taints"))
    assert not cluster.processes(leaving["metadata"]["name"])


async def test_a_port_and_a_selector_patched_live_lead_elsewhere(cluster: Cluster) -> None:
    for name, port in (("old", 8081), ("new", 8082)):
        cluster.deployment(name, SERVE.format(port=port), container={"env": [POD_IP]}, replicas=1)
    service = cluster.create(
        "Service",
        "web",
        spec={"selector": {"app": "old"}, "ports": [{"port": 80, "targetPort": 8081}]},
    )
    url = f"http://{service['spec']['clusterIP']}:80/"
    await until(lambda: ready(cluster, "old") and ready(cluster, "new"))
    await answered(url)

    cluster.patch("Service", "web", lambda each: each["spec"].update(selector={"app": "new"}))
    await refused(url)
    cluster.patch("Service", "web", lambda each: each["spec"]["ports"][0].update(targetPort=8082))

    await answered(url)


async def test_a_probe_patched_live_lets_a_stuck_rollout_finish(cluster: Cluster) -> None:
    def ask(port: int) -> Any:
        return {"tcpSocket": {"port": port}, "periodSeconds": 1}

    container = {"env": [POD_IP], "readinessProbe": ask(9)}
    cluster.deployment("web", SERVE.format(port=8081), container=container, replicas=1)
    await until(lambda: cluster.all("Pod", app="web"))
    await asyncio.sleep(1.5)
    assert not ready(cluster, "web")

    cluster.patch(
        "Deployment",
        "web",
        lambda each: each["spec"]["template"]["spec"]["containers"][0].update(
            readinessProbe=ask(8081)
        ),
    )

    await until(lambda: len(ready(cluster, "web")) == 1)


async def answered(url: str) -> None:
    await _until_answered(url, wanted=True)


async def refused(url: str) -> None:
    await _until_answered(url, wanted=False)


async def _until_answered(url: str, *, wanted: bool) -> None:
    async with asyncio.timeout(10), httpx.AsyncClient(trust_env=False, timeout=2) as client:
        while await _is_answered(client, url) is not wanted:  # noqa: ASYNC110 - a stranger's state
            await asyncio.sleep(0.05)


async def _is_answered(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False
