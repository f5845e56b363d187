"""What Prometheus finds on the node's port."""

import asyncio
import re
import urllib.error
import urllib.request

import pytest
from node_cluster import Cluster, until


async def scrape(cluster: Cluster, page: str) -> str:
    url = f"http://127.0.0.1:{cluster.config.cadvisor_port}/{page}"

    def get() -> str:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(get)


def value(text: str, metric: str, **labels: str) -> float | None:
    """Return the value of the first sample that has these labels."""
    for line in text.splitlines():
        found = re.fullmatch(rf"{metric}(?:\{{(.*)\}})? (\S+)", line)
        if found:
            own = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(1) or ""))
            if labels.items() <= own.items():
                return float(found.group(2))
    return None


async def test_running_containers_are_measured_as_cadvisor_does(cluster: Cluster) -> None:
    burn = "python3 -I -S -c 'x = bytearray(b\"x\" * 20_000_000)\nwhile True: pass'"
    cluster.pod("busy", burn, container={"resources": {"limits": {"memory": "100Mi"}}})
    labels = {"namespace": "default", "pod": "busy", "container": "app", "node": "node-1"}
    await until(lambda: cluster.state("busy", "running"))
    await asyncio.sleep(0.5)

    text = await scrape(cluster, "metrics/cadvisor")

    used = value(text, "container_memory_working_set_bytes", **labels)
    burnt = value(text, "container_cpu_usage_seconds_total", **labels)
    assert used is not None
    assert 20_000_000 < used < 60_000_000
    assert burnt is not None
    assert 0.05 < burnt < 5
    assert value(text, "container_spec_memory_limit_bytes", **labels) == 100 * 2**20
    assert value(text, "container_oom_events_total", **labels) == 0


async def test_objects_are_counted_as_kube_state_metrics_does(cluster: Cluster) -> None:
    container = {"resources": {"limits": {"cpu": "200m", "memory": "64Mi"}}}
    cluster.deployment("web", "sleep 1000", replicas=2, container=container)
    cluster.create("Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]})
    cluster.pod("crash", "exit 3")
    await until(
        lambda: (cluster.get("Deployment", "web") or {})["status"].get("availableReplicas") == 2
    )
    await until(lambda: cluster.state("crash", "waiting").get("reason") == "CrashLoopBackOff")
    name = cluster.all("Pod", app="web")[0]["metadata"]["name"]
    web = {"namespace": "default", "deployment": "web"}
    crash = {"namespace": "default", "pod": "crash", "container": "app"}
    pod = {"namespace": "default", "pod": name}

    text = await scrape(cluster, "metrics/state")

    expected = [
        ("kube_deployment_spec_replicas", web, 2),
        ("kube_deployment_status_replicas_available", web, 2),
        ("kube_deployment_status_replicas_unavailable", web, 0),
        ("kube_deployment_status_observed_generation", web, 1),
        ("kube_pod_status_phase", pod | {"phase": "Running"}, 1),
        ("kube_pod_status_ready", pod | {"condition": "true"}, 1),
        ("kube_pod_container_info", pod | {"image": "lab/shell:1"}, 1),
        ("kube_pod_container_resource_limits", pod | {"resource": "cpu", "unit": "core"}, 0.2),
        ("kube_pod_container_resource_requests", pod | {"resource": "memory"}, 64 * 2**20),
        ("kube_pod_container_status_waiting_reason", crash | {"reason": "CrashLoopBackOff"}, 1),
        ("kube_pod_container_status_last_terminated_exitcode", crash, 3),
        ("kube_pod_container_status_last_terminated_reason", crash | {"reason": "Error"}, 1),
        ("kube_replicaset_owner", {"owner_kind": "Deployment", "owner_name": "web"}, 1),
        ("kube_pod_owner", pod | {"owner_kind": "ReplicaSet"}, 1),
        ("kube_service_info", {"service": "web"}, 1),
        ("kube_endpoint_address_available", {"endpoint": "web"}, 2),
        ("kube_endpoint_address", {"endpoint": "web", "ready": "true"}, 1),
        ("kube_node_info", {"node": "node-1"}, 1),
        ("kube_node_status_condition", {"condition": "Ready", "status": "true"}, 1),
        ("kube_namespace_status_phase", {"namespace": "default", "phase": "Active"}, 1),
    ]
    found = [(metric, labels, value(text, metric, **labels)) for metric, labels, _ in expected]
    assert found == expected
    restarts = value(text, "kube_pod_container_status_restarts_total", **crash)
    assert restarts is not None
    assert restarts >= 1


async def test_an_unknown_page_is_not_found(cluster: Cluster) -> None:
    await until(cluster.get_node)
    await asyncio.sleep(0.1)

    with pytest.raises(urllib.error.HTTPError, match="404"):
        await scrape(cluster, "metrics")


async def test_probes_and_quotas_are_counted(cluster: Cluster) -> None:
    cluster.create("ResourceQuota", "budget", spec={"hard": {"pods": "4"}})
    probes = {
        "readinessProbe": {"exec": {"command": ["true"]}, "periodSeconds": 1},
        "livenessProbe": {"tcpSocket": {"port": 1}, "periodSeconds": 1, "failureThreshold": 99},
    }
    cluster.pod("asked", "sleep 1000", container=probes)
    await until(lambda: cluster.events("asked", "Unhealthy"))
    await until(lambda: cluster.container("asked").get("ready"))

    text = await scrape(cluster, "metrics/probes")
    state = await scrape(cluster, "metrics/state")

    pod = {"namespace": "default", "pod": "asked", "container": "app"}
    for kind, result in (("Readiness", "successful"), ("Liveness", "failed")):
        labels = pod | {"probe_type": kind, "result": result}
        assert (value(text, "prober_probe_total", **labels) or 0) >= 1
    quota = {"namespace": "default", "resourcequota": "budget", "resource": "pods"}
    assert value(state, "kube_resourcequota", **quota, type="hard") == 4
    assert value(state, "kube_resourcequota", **quota, type="used") == 1
