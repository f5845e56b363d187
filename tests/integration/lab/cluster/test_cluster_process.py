"""The whole cluster as a process of its own: API, controllers and nodes, from start to SIGTERM."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

PODS = "/api/v1/namespaces/default/pods"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
WITHIN_S = 20.0
_networks = iter(range(200, 250))


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    process: subprocess.Popen[bytes]
    note: dict[str, Any]
    folder: Path

    def http(self) -> httpx.Client:
        """Return a client with all rights."""
        headers = {"authorization": f"Bearer {self.note['tokens']['admin']}"}
        return httpx.Client(base_url=self.note["url"], headers=headers, timeout=10)

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl against the cluster and return what it prints."""
        done = self.try_kubectl(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def try_kubectl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run kubectl against the cluster, however it ends."""
        command = ["kubectl", "--kubeconfig", self.note["kubeconfig"], *arguments]
        home = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env=home
        )


def eventually(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Return the first true answer of a condition."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    command = [sys.executable, "-m", "infrastructure.lab.cluster", "--nodes", "2"]
    command += ["--dir", str(tmp_path)]
    network = f"127.{next(_networks)}.0.0/16"
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(
            [*command, "--network", network], stdout=out, stderr=subprocess.STDOUT
        )
    note = tmp_path / "cluster.json"
    try:
        eventually(lambda: note.exists() or process.poll() is not None)
        yield Cluster(process, json.loads(note.read_text()), tmp_path)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN_S) == 0, (tmp_path / "out").read_text()


def shell(name: str, script: str) -> dict[str, Any]:
    """Return a pod that runs a shell script."""
    container = {"name": "app", "image": "lab/shell:1", "command": ["/bin/sh", "-c", script]}
    return {"metadata": {"name": name}, "spec": {"containers": [container]}}


def restarts(http: httpx.Client, name: str) -> int:
    statuses = http.get(f"{PODS}/{name}").json()["status"].get("containerStatuses") or [{}]
    return int(statuses[0].get("restartCount", 0))


def test_what_a_pod_prints_is_read_through_the_log_subresource(cluster: Cluster) -> None:
    with cluster.http() as http:
        http.post(PODS, json=shell("talker", "echo one; echo two; echo three; sleep 60"))
        eventually(lambda: "three" in http.get(f"{PODS}/talker/log").text)

        tail = http.get(f"{PODS}/talker/log", params={"tailLines": 2})
        stamped = http.get(f"{PODS}/talker/log", params={"timestamps": "true", "tailLines": 1})
        few = http.get(f"{PODS}/talker/log", params={"limitBytes": 5})
        recent = http.get(f"{PODS}/talker/log", params={"sinceTime": "2100-01-01T00:00:00Z"})
        none = http.get(f"{PODS}/talker/log", params={"previous": "true"})
        both = http.get(
            f"{PODS}/talker/log", params={"sinceTime": "2100-01-01T00:00:00Z", "sinceSeconds": 1}
        )

    assert (tail.text, tail.headers["content-type"]) == ("two\nthree\n", "text/plain")
    moment, _, text = stamped.text.partition(" ")
    assert text == "three\n"
    assert len(moment) == len("2026-01-01T00:00:00.000000000Z")
    assert few.text == "one\nt"
    assert recent.text == ""
    assert none.status_code == 400
    assert none.json()["message"] == 'previous terminated container "app" in pod "talker" not found'
    assert both.status_code == 422


def test_the_log_of_the_run_before_a_crash_is_kept(cluster: Cluster) -> None:
    with cluster.http() as http:
        http.post(PODS, json=shell("crasher", "echo run $$; exit 3"))
        eventually(lambda: restarts(http, "crasher") >= 1)

        previous = http.get(f"{PODS}/crasher/log", params={"previous": "true"})

    assert previous.status_code == 200
    assert previous.text.startswith("run ")


def test_a_followed_log_ends_with_its_pod(cluster: Cluster) -> None:
    lines: list[str] = []
    with cluster.http() as http:
        http.post(PODS, json=shell("short", "echo a; sleep 1; echo b; sleep 1; exit 0"))
        eventually(lambda: http.get(f"{PODS}/short/log").text.startswith("a"))
        with http.stream("GET", f"{PODS}/short/log", params={"follow": "true"}) as answer:
            lines += list(answer.iter_lines())

    assert lines[:2] == ["a", "b"]


def test_sigterm_ends_streams_and_every_process(cluster: Cluster) -> None:
    parent = psutil.Process(cluster.process.pid)
    with cluster.http() as http, cluster.http() as follower:
        http.post(PODS, json=shell("stubborn", "trap '' TERM; while true; do sleep 1; done"))
        eventually(lambda: http.get(f"{PODS}/stubborn").json()["status"]["phase"] == "Running")
        children = parent.children(recursive=True)
        with follower.stream("GET", PODS, params={"watch": "true"}) as watch:
            next(watch.iter_lines())
            cluster.process.send_signal(signal.SIGTERM)
            code = cluster.process.wait(timeout=WITHIN_S)

    assert code == 0
    assert children
    assert not any(child.is_running() and child.status() != "zombie" for child in children)
    assert not (cluster.folder / "cluster.json").exists()


def test_deleting_a_deployment_takes_its_pods_along(cluster: Cluster) -> None:
    template = shell("x", "sleep 61")["spec"]
    labels = {"app": "web"}
    spec = {
        "replicas": 2,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": template},
    }
    with cluster.http() as http:
        http.post(DEPLOYMENTS, json={"metadata": {"name": "web"}, "spec": spec})
        eventually(
            lambda: http.get(f"{DEPLOYMENTS}/web").json()["status"].get("availableReplicas") == 2
        )
        children = psutil.Process(cluster.process.pid).children(recursive=True)
        pids = [child.pid for child in children if child.cmdline() == ["sleep", "61"]]

        http.delete(f"{DEPLOYMENTS}/web")
        eventually(lambda: http.get(PODS).json()["items"] == [])

    assert len(pids) == 2
    eventually(lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_the_files_with_tokens_are_their_owners_only(cluster: Cluster) -> None:
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in cluster.folder.iterdir()
        if path.name.startswith(("cluster.json", "kubeconfig"))
    }

    assert set(modes.values()) == {0o600}
    assert set(modes) == {
        "cluster.json",
        "kubeconfig.admin",
        "kubeconfig.read",
        "kubeconfig.write",
    }


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_applies_scales_rolls_back_and_deletes(cluster: Cluster) -> None:
    def manifest(text: str) -> str:
        path = cluster.folder / "web.json"
        template = shell("x", f"echo {text}; sleep 60")["spec"]
        labels = {"app": "web"}
        spec = {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": template},
        }
        kind = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
        path.write_text(json.dumps({**kind, "spec": spec}))
        return str(path)

    def rolled_out() -> str:
        return cluster.kubectl("rollout", "status", "deploy/web", "--timeout=20s")

    created = cluster.kubectl("apply", "--validate=false", "-f", manifest("first"))
    rolled_out()
    cluster.kubectl("apply", "--validate=false", "-f", manifest("second"))
    rolled_out()
    second = cluster.kubectl("logs", "deploy/web")
    cluster.kubectl("rollout", "undo", "deploy/web")
    rolled_out()
    history = cluster.kubectl("rollout", "history", "deploy/web")
    cluster.kubectl("scale", "deploy/web", "--replicas=2")
    rolled_out()
    listed = cluster.kubectl("get", "deploy", "web")
    described = cluster.kubectl("describe", "deploy", "web")
    cluster.kubectl("delete", "deploy", "web")

    assert created == "deployment.apps/web created\n"
    assert second == "second\n"
    assert [line.split()[0] for line in history.splitlines()[2:] if line] == ["2", "3"]
    assert listed.splitlines()[1].split()[:4] == ["web", "2/2", "2", "2"]
    assert "ScalingReplicaSet" in described


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_drains_a_node_as_far_as_the_budget_allows(cluster: Cluster) -> None:
    def ready() -> list[dict[str, Any]]:
        pods = http.get(PODS, params={"labelSelector": "app=web"}).json()["items"]
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and _ready(pod)]

    def places() -> list[str]:
        return sorted(pod["spec"]["nodeName"] for pod in ready())

    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": shell("x", "exec sleep 1000")["spec"]}
    template["spec"]["terminationGracePeriodSeconds"] = 1
    selector = {"matchLabels": labels}
    spec = {"replicas": 2, "selector": selector, "template": template}
    with cluster.http() as http:
        http.post(DEPLOYMENTS, json={"metadata": {"name": "web"}, "spec": spec})
        http.post(
            BUDGETS,
            json={"metadata": {"name": "web"}, "spec": {"selector": selector, "maxUnavailable": 0}},
        )
        eventually(lambda: len(ready()) == 2)
        spread = places()

        held = cluster.try_kubectl("drain", "node-1", "--timeout=1s")
        still = places()
        http.patch(
            f"{BUDGETS}/web",
            json={"spec": {"maxUnavailable": 1}},
            headers={"content-type": "application/merge-patch+json"},
        )
        drained = cluster.kubectl("drain", "node-1", "--timeout=20s")
        eventually(lambda: places() == ["node-2", "node-2"])
        nodes = cluster.kubectl("get", "nodes")
        cluster.kubectl("uncordon", "node-1")
        eventually(lambda: "taints" not in http.get("/api/v1/nodes/node-1").json()["spec"])

    assert (spread, still) == (["node-1", "node-2"], ["node-1", "node-2"])
    assert held.returncode != 0
    assert "violate the pod's disruption budget" in held.stderr
    assert "evicted" in drained
    assert "Ready,SchedulingDisabled" in nodes


def _ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)
