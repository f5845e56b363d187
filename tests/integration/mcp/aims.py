"""A call of every writing tool that may succeed, with another one, and how its object is disturbed."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crew import Crew
from lab_cluster import Cluster, Json, Workload, new_workload

from sre_agent.domain.tools import ToolCall

_numbers = itertools.count(1)
_MERGE = {"content-type": "application/merge-patch+json"}


@dataclass(frozen=True)
class Aim:
    """A call that is attacked, what the audit log has of it, and how its object is disturbed."""

    call: ToolCall
    other: ToolCall
    written: Callable[[], list[Json]]
    disturb: Callable[[], object]


DEPLOYMENT_CALLS: dict[str, tuple[Json, Json]] = {
    "rollback_rollout": ({"to_revision": 1}, {"to_revision": 2}),
    "restart_rollout": ({}, {"name": "other"}),
    "scale_workload": ({"replicas": 2}, {"replicas": 3}),
    "pause_rollout": ({}, {"name": "other"}),
    "resume_rollout": ({}, {"name": "other"}),
    "set_resources": (
        {"container": "app", "memory_limit": "128Mi"},
        {"container": "app", "memory_limit": "1Gi"},
    ),
    "set_image": (
        {"container": "app", "image": "lab/shell:2"},
        {"container": "app", "image": "lab/shell:3"},
    ),
    "set_env": (
        {"container": "app", "variable": "MODE", "value": "safe"},
        {"container": "app", "variable": "MODE", "value": "wild"},
    ),
    "patch_probe": (
        {"container": "app", "probe": "readiness", "path": "/ready"},
        {"container": "app", "probe": "readiness", "path": "/"},
    ),
}
POD_TOOLS = ("delete_pod", "evict_pod")
SERVICE_CALLS: dict[str, tuple[Json, Json]] = {
    "patch_service_selector": ({"selector": "app=crew"}, {"selector": "app=other"}),
    "patch_service_port": (
        {"port": 8080, "target_port": "8080"},
        {"port": 8080, "target_port": "22"},
    ),
}
NODE_TOOLS = ("cordon_node", "uncordon_node", "drain_node")
AUTOSCALER_TOOL = "set_hpa_bounds"
TOOLS = [*DEPLOYMENT_CALLS, *SERVICE_CALLS, AUTOSCALER_TOOL, *POD_TOOLS, *NODE_TOOLS]

_PREPARED: dict[str, Json] = {
    "resume_rollout": {"paused": True},
    "patch_probe": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "lab/shell:1",
                        "readinessProbe": {"httpGet": {"path": "/health", "port": 8080}},
                    }
                ]
            }
        }
    },
}
"""What a deployment has to be like for a tool to have anything to do."""


def at(tool: str, crew: Crew, shared: Workload | None = None) -> Aim:
    """Return a call of a tool that may succeed; on `shared` where it can be shared."""
    if tool in POD_TOOLS:
        return _at_pod(tool, crew)
    if tool in SERVICE_CALLS:
        return _at_service(tool, crew)
    if tool in NODE_TOOLS:
        return _at_node(tool, crew.cluster)
    is_shared = shared is not None and tool not in _PREPARED and tool != AUTOSCALER_TOOL
    workload = shared if shared and is_shared else new_workload(crew.cluster)
    if tool == AUTOSCALER_TOOL:
        return _at_autoscaler(workload)
    return _at_deployment(tool, workload)


def _at_deployment(tool: str, workload: Workload) -> Aim:
    arguments, others = DEPLOYMENT_CALLS[tool]
    if tool in _PREPARED:
        workload.cluster.patch(workload.namespace, workload.name, {"spec": _PREPARED[tool]})
    grace_s = 100 + next(_numbers)
    spec: dict[str, Any] = {
        "spec": {"template": {"spec": {"terminationGracePeriodSeconds": grace_s}}}
    }
    return Aim(
        call=workload.call(tool, **arguments),
        other=workload.call(tool, **others),
        written=lambda: workload.writes,
        disturb=lambda: workload.cluster.patch(workload.namespace, workload.name, spec),
    )


def _at_pod(tool: str, crew: Crew) -> Aim:
    pod, other = (each["metadata"]["name"] for each in crew.all_ready())
    return Aim(
        call=crew.call(pod, tool),
        other=crew.call(other, tool),
        written=lambda: crew.deletions(pod) + crew.deletions(other),
        disturb=lambda: crew.delete_as_a_person(pod),
    )


def _at_service(tool: str, crew: Crew) -> Aim:
    crew.all_ready()
    workload, known = crew.workload, len(_of(crew.workload.writes, "services"))
    arguments, others = SERVICE_CALLS[tool]
    path = f"/api/v1/namespaces/{workload.namespace}/services/{workload.name}"
    ports = [{"port": 8080, "targetPort": 9000 + next(_numbers)}]
    return Aim(
        call=workload.call(tool, **arguments),
        other=workload.call(tool, **others),
        written=lambda: _of(workload.writes, "services")[known:],
        disturb=lambda: patch(crew.cluster, path, {"spec": {"ports": ports}}),
    )


def _at_autoscaler(workload: Workload) -> Aim:
    path = f"/apis/autoscaling/v2/namespaces/{workload.namespace}/horizontalpodautoscalers"
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name}
    spec = {"scaleTargetRef": ref, "minReplicas": 1, "maxReplicas": 3}
    workload.cluster.create(path, {"metadata": {"name": workload.name}, "spec": spec})
    named = f"{path}/{workload.name}"
    return Aim(
        call=workload.call(AUTOSCALER_TOOL, max_replicas=5),
        other=workload.call(AUTOSCALER_TOOL, max_replicas=50),
        written=lambda: workload.writes,
        disturb=lambda: patch(workload.cluster, named, {"spec": {"maxReplicas": 4}}),
    )


def _at_node(tool: str, cluster: Cluster) -> Aim:
    """Return a call to a machine that is not there, which no pod ever goes to.

    What is noted on it while it is emptied counts as no further deed.
    """
    name, path = f"spare-{next(_numbers)}", "/api/v1/nodes"
    taint = {"key": "spare", "value": "yes", "effect": "NoSchedule"}
    is_closed = tool == "uncordon_node"
    spec = {"taints": [taint], "unschedulable": is_closed}
    cluster.create(path, {"metadata": {"name": name}, "spec": spec})
    calls = [
        ToolCall(server="kubernetes", tool=tool, arguments={"name": each})
        for each in (name, f"{name}-other")
    ]
    other_way = {"spec": {"unschedulable": None if is_closed else True}}
    return Aim(
        call=calls[0],
        other=calls[1],
        written=lambda: [
            line
            for line in cluster.real_writes("")
            if line["name"] == name and "spec" in line["requestBody"]
        ],
        disturb=lambda: patch(cluster, f"{path}/{name}", other_way),
    )


def _of(lines: list[Json], resource: str) -> list[Json]:
    return [line for line in lines if line["resource"] == resource]


def patch(cluster: Cluster, path: str, body: Json) -> None:
    """Change an object as a person would."""
    answer = cluster.http.patch(path, content=json.dumps(body), headers=_MERGE)
    assert answer.is_success, answer.text
