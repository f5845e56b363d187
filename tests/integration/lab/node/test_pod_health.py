"""Probes, endpoints and the service proxy."""

import asyncio
import urllib.error
import urllib.request

from node_cluster import Cluster, until

SERVER = """
exec python3 -I -S -c '
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_down = self.path == "/health" and os.path.exists("down")
        self.send_response(503 if is_down else 200)
        self.end_headers()
        self.wfile.write(os.environ["HOSTNAME"].encode())
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer((os.environ["POD_IP"], 8080), Handler).serve_forever()
'
"""
PROXY_LAG_S = 0.2
"""The proxy follows the endpoints a moment later."""
READINESS = {
    "ports": [{"name": "http", "containerPort": 8080}],
    "readinessProbe": {
        "httpGet": {"path": "/health", "port": "http"},
        "periodSeconds": 0.2,
        "failureThreshold": 1,
    },
}


def is_ready(cluster: Cluster, pod: str) -> bool:
    return bool(cluster.container(pod).get("ready"))


async def fetch(url: str) -> str:
    def get() -> str:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback only
            return str(answer.read().decode())

    return await asyncio.to_thread(get)


async def test_a_service_passes_on_to_ready_pods_only(cluster: Cluster) -> None:
    cluster.deployment("web", SERVER, replicas=2, container=READINESS)
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    service = cluster.create("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    url = f"http://{service['spec']['clusterIP']}/"

    def addresses(field: str = "addresses") -> list[str]:
        endpoints = cluster.get("Endpoints", "web") or {}
        subsets = endpoints.get("subsets") or [{}]
        return [each["targetRef"]["name"] for each in subsets[0].get(field) or ()]

    await until(lambda: len(addresses()) == 2)
    await asyncio.sleep(PROXY_LAG_S)
    both = {await fetch(url) for _ in range(4)}
    first, second = addresses()
    pod = cluster.get("Pod", first)
    assert pod is not None
    (cluster.config.state_dir / "pods" / pod["metadata"]["uid"] / "down").touch()
    await until(lambda: addresses() == [second])
    await asyncio.sleep(PROXY_LAG_S)
    one = {await fetch(url) for _ in range(4)}

    assert both == {first, second}
    assert one == {second}
    assert addresses("notReadyAddresses") == [first]
    told = cluster.events(first, "Unhealthy")[-1]["message"]
    assert told == "Readiness probe failed: HTTP probe failed with statuscode: 503"


async def test_a_service_without_ready_pods_refuses_at_once(cluster: Cluster) -> None:
    cluster.deployment("web", SERVER, container=READINESS)
    ports = [{"port": 80, "targetPort": 8080}]
    service = cluster.create("Service", "web", spec={"selector": {"app": "web"}, "ports": ports})
    url = f"http://{service['spec']['clusterIP']}/"
    await until(
        lambda: (cluster.get("Endpoints", "web") or {}).get("subsets", [{}])[0].get("addresses")
    )
    await asyncio.sleep(PROXY_LAG_S)
    await fetch(url)

    cluster.patch("Deployment", "web", lambda each: each["spec"].update(replicas=0))
    await until(lambda: not (cluster.get("Endpoints", "web") or {}).get("subsets"))
    await asyncio.sleep(PROXY_LAG_S)
    began = asyncio.get_running_loop().time()
    refusal = ""
    try:
        await fetch(url)
    except urllib.error.URLError as error:
        refusal = str(error)

    assert "refused" in refusal
    assert asyncio.get_running_loop().time() - began < 1


async def test_a_failing_liveness_probe_restarts_the_container(cluster: Cluster) -> None:
    probe = {"exec": {"command": ["sh", "-c", "echo not well; exit 1"]}, "periodSeconds": 0.1}
    cluster.pod("ill", "sleep 1000", container={"livenessProbe": probe | {"failureThreshold": 2}})

    await until(lambda: cluster.container("ill").get("restartCount", 0) >= 1)

    ended = cluster.container("ill")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["signal"]) == (143, 15)
    assert cluster.events("ill", "Unhealthy")[0]["message"] == "Liveness probe failed: not well\n"
    told = cluster.events("ill", "Killing")[0]["message"]
    assert told == "Container app failed liveness probe, will be restarted"


async def test_nothing_else_is_asked_before_the_startup_probe_succeeds(cluster: Cluster) -> None:
    startup = {"exec": {"command": ["test", "-e", "open"]}, "periodSeconds": 0.1}
    readiness = {"exec": {"command": ["true"]}, "periodSeconds": 0.1}
    container = {
        "startupProbe": startup | {"failureThreshold": 1000},
        "readinessProbe": readiness,
    }
    cluster.pod("slow", "sleep 1; touch open; sleep 1000", container=container)
    await until(lambda: cluster.events("slow", "Unhealthy"))
    was_ready_early = is_ready(cluster, "slow")

    await until(lambda: is_ready(cluster, "slow"))

    assert not was_ready_early
    assert cluster.container("slow")["started"]


async def test_a_probe_that_hangs_is_given_up_in_time(cluster: Cluster) -> None:
    probe = {"exec": {"command": ["sleep", "1000"]}, "periodSeconds": 0.1, "timeoutSeconds": 0.2}
    cluster.pod("hangs", "sleep 1000", container={"readinessProbe": probe})

    event = (await until(lambda: cluster.events("hangs", "Unhealthy")))[0]

    assert event["message"] == (
        'Readiness probe failed: command timed out: "sleep 1000" timed out after 0.2s'
    )


async def test_a_closed_port_fails_a_tcp_probe(cluster: Cluster) -> None:
    probe = {"tcpSocket": {"port": 9}, "periodSeconds": 0.1}
    cluster.pod("closed", "sleep 1000", container={"readinessProbe": probe})

    event = (await until(lambda: cluster.events("closed", "Unhealthy")))[0]

    pod = cluster.get("Pod", "closed")
    assert pod is not None
    address = f"{pod['status']['podIP']}:9"
    assert event["message"] == (
        f"Readiness probe failed: dial tcp {address}: connect: connection refused"
    )
