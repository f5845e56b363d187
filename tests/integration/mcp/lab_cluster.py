"""A lab cluster seen with all rights, and workloads that tests release in it."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sre_agent.domain.tools import ToolCall

WITHIN_S = 20.0

_names = (f"t{number}" for number in itertools.count(1))
Json = dict[str, Any]


@dataclass(frozen=True)
class Cluster:
    """A running lab cluster, seen with all rights."""

    url: str
    tokens: dict[str, str]
    audit_log: Path
    http: httpx.Client

    def deployment(self, namespace: str, name: str) -> Json:
        """Return a deployment as it is now."""
        return self._json("GET", f"{_deployments(namespace)}/{name}")

    def patch(self, namespace: str, name: str, patch: Json) -> Json:
        """Change a deployment as a person would."""
        headers = {"content-type": "application/merge-patch+json"}
        content = json.dumps(patch)
        path = f"{_deployments(namespace)}/{name}"
        return self._json("PATCH", path, content=content, headers=headers)

    def forge_revision(self, namespace: str, revision: int, image: str) -> None:
        """Change what a revision holds, behind the back of everyone who looked at it."""
        path = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
        key = "deployment.kubernetes.io/revision"
        held = next(
            item
            for item in self.get(path)["items"]
            if item["metadata"]["annotations"][key] == str(revision)
        )
        held["spec"]["template"]["spec"]["containers"][0]["image"] = image
        content = json.dumps({"spec": {"template": held["spec"]["template"]}})
        headers = {"content-type": "application/merge-patch+json"}
        place = f"{path}/{held['metadata']['name']}"
        self._json("PATCH", place, content=content, headers=headers)

    def delete(self, namespace: str, name: str) -> None:
        """Delete a deployment."""
        self._json("DELETE", f"{_deployments(namespace)}/{name}")

    def create(self, path: str, body: Json) -> Json:
        """Create an object."""
        return self._json("POST", path, json=body)

    def get(self, path: str, **query: str) -> Json:
        """Return an object or a list."""
        return self._json("GET", path, params=query)

    def release(self, namespace: str, name: str, version: str, replicas: int = 0) -> None:
        """Create a deployment, or give it another version, and wait for it."""
        body = _manifest(name, version, replicas)
        path = f"{_deployments(namespace)}/{name}"
        known = self.http.get(path).status_code == httpx.codes.OK
        if known:
            self.patch(namespace, name, {"spec": {"template": body["spec"]["template"]}})
        else:
            self.create(_deployments(namespace), body)
        eventually(lambda: self._is_rolled_out(namespace, name))

    def real_writes(self, namespace: str) -> list[Json]:
        """Return what the server's audit log has of successful, real writes with the write token."""
        lines = [json.loads(line) for line in self.audit_log.read_text().splitlines()]
        return [
            line
            for line in lines
            if (line.get("namespace") or "") == namespace
            and not line.get("dryRun")
            and line.get("status") in {httpx.codes.OK, httpx.codes.CREATED}
            and line.get("user") == "operator"
            and line.get("verb") in {"patch", "delete", "create"}
        ]

    def _is_rolled_out(self, namespace: str, name: str) -> bool:
        found = self.deployment(namespace, name)
        status = found.get("status", {})
        wanted = found["spec"]["replicas"]
        return bool(
            status.get("observedGeneration") == found["metadata"]["generation"]
            and status.get("updatedReplicas", 0) == wanted
            and status.get("availableReplicas", 0) == wanted
            and status.get("replicas", 0) == wanted
        )

    def _json(self, method: str, path: str, **options: Any) -> Json:
        response = self.http.request(method, path, **options)
        assert response.is_success, response.text
        answer: Json = response.json()
        return answer


@dataclass(frozen=True)
class Workload:
    """A deployment of a test's own, in a namespace of its own, at its second revision."""

    cluster: Cluster
    namespace: str
    name: str

    @property
    def live(self) -> Json:
        return self.cluster.deployment(self.namespace, self.name)

    @property
    def version(self) -> str:
        found: str = self.live["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"]
        return found

    @property
    def writes(self) -> list[Json]:
        return self.cluster.real_writes(self.namespace)

    def call(self, tool: str, **arguments: Any) -> ToolCall:
        named = {"namespace": self.namespace, "name": self.name}
        return ToolCall(server="kubernetes", tool=tool, arguments={**named, **arguments})

    def rollback(self, to_revision: int = 1) -> ToolCall:
        return self.call("rollback_rollout", to_revision=to_revision)


def new_workload(cluster: Cluster, name: str = "orders", replicas: int = 0) -> Workload:
    """Create a workload in a new namespace and release it twice; without pods it takes no time."""
    namespace = next(_names)
    cluster.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    service = {"selector": {"app": name}, "ports": [{"port": 8080}]}
    body = {"metadata": {"name": name}, "spec": service}
    cluster.create(f"/api/v1/namespaces/{namespace}/services", body)
    cluster.release(namespace, name, "v1", replicas)
    cluster.release(namespace, name, "v2", replicas)
    return Workload(cluster, namespace, name)


def eventually(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Return the first true answer of a condition."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


def _deployments(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


def _manifest(name: str, version: str, replicas: int) -> Json:
    container = {
        "name": "app",
        "image": "lab/shell:1",
        "command": ["/bin/sh", "-c", "echo started $VERSION; exec sleep 600"],
        "env": [
            {"name": "VERSION", "value": version},
            {"name": "DB_PASSWORD", "value": f"hunter2-{version}"},
            {"name": "DB_URL", "value": "postgres://app:s3cret@db:5432/app"},
        ],
        "ports": [{"containerPort": 8080}],
        "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "10m"}},
    }
    spec = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    annotations = {"kubernetes.io/change-cause": f"release {version}"}
    return {
        "metadata": {"name": name, "labels": {"app": name}, "annotations": annotations},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template,
        },
    }
