"""What `list_objects` would say of a world: the manifests of its deployments, pods and services."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sre_agent.domain.observations.kubernetes import ContainerStatus, ObjectList, Pod, Termination
from sre_agent.testing.world import CALLS, PODS, World

Manifest = dict[str, Any]
COMPLETE = ("Deployment", "Endpoints", "Node", "Pod", "Service")


def objects(world: World) -> ObjectList:
    """Return the manifests; the pods of healthy services come without spec."""
    found = [item for role in world.services for item in _of(world, role)]
    return ObjectList(
        namespace=world.namespace,
        complete=COMPLETE,
        forbidden=("Secret",),
        items=(*found, _node()),
    )


def _of(world: World, role: str) -> Iterator[Manifest]:
    state, pods = world.services[role], world.pods(role)
    labels = {"app": state.name}
    ready = sum(pod.ready for pod in pods)
    replicas = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
    yield {
        "kind": "Deployment",
        "metadata": _named(world, state.name, labels, state.releases[0].at),
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec(world, role)},
        },
        "status": {**replicas, "updatedReplicas": ready},
    }
    for release in state.releases:
        owned = [pod for pod in pods if pod.template_hash == release.template_hash]
        owner = {"kind": "Deployment", "name": state.name, "controller": True}
        name = f"{state.name}-{release.template_hash}"
        if owned:
            yield {
                "kind": "ReplicaSet",
                "metadata": _named(world, name, labels, release.at, owner),
                "spec": {"replicas": len(owned)},
                "status": {"replicas": len(owned)},
            }
    for pod in pods:
        yield _pod(world, state.name, pod)
    yield {
        "kind": "Service",
        "metadata": _named(world, state.name, {}, state.releases[0].at),
        "spec": {"selector": labels, "ports": [{"port": 8080, "targetPort": 8080}]},
    }
    addresses = [{"targetRef": {"kind": "Pod", "name": pod.name}} for pod in pods if pod.ready]
    yield {
        "kind": "Endpoints",
        "metadata": _named(world, state.name, {}, state.releases[0].at),
        "subsets": [{"addresses": addresses, "ports": [{"port": 8080}]}] if addresses else [],
    }


def _named(
    world: World, name: str, labels: dict[str, str], at: datetime, owner: Manifest | None = None
) -> Manifest:
    return {
        "name": name,
        "namespace": world.namespace,
        "labels": labels,
        "creationTimestamp": at.isoformat(),
        "ownerReferences": [owner] if owner else [],
    }


def _pod_spec(world: World, role: str) -> Manifest:
    state = world.services[role]
    env = [
        {"name": f"{callee.upper()}_ADDR", "value": f"{world.services[callee].name}:8080"}
        for callee in CALLS.get(role, ())
    ]
    image = world.image(role, state.releases[-1].version)
    container = {"name": state.name, "image": image, "env": env, "ports": [{"containerPort": 8080}]}
    return {"containers": [container]}


def _pod(world: World, service: str, pod: Pod) -> Manifest:
    owner = {
        "kind": "ReplicaSet",
        "name": f"{service}-{pod.template_hash}",
        "controller": True,
    }
    labels = {"app": service, "pod-template-hash": pod.template_hash}
    return {
        "kind": "Pod",
        "metadata": _named(world, pod.name, labels, pod.created_at, owner),
        "spec": {"nodeName": pod.node},
        "status": {
            "phase": pod.phase,
            "reason": pod.reason,
            "conditions": [{"type": "Ready", "status": str(pod.ready)}],
            "containerStatuses": [_status(each) for each in pod.containers],
        },
    }


def _status(status: ContainerStatus) -> Manifest:
    told = {
        "reason": status.reason,
        "message": status.message,
        "startedAt": status.started_at and status.started_at.isoformat(),
    }
    state = _ended(status.terminated) if status.terminated else told
    last = {"terminated": _ended(status.last_terminated)} if status.last_terminated else {}
    return {
        "name": status.name,
        "image": status.image,
        "ready": status.ready,
        "restartCount": status.restarts,
        "state": {status.state: state},
        "lastState": last,
    }


def _ended(end: Termination) -> Manifest:
    return {
        "reason": end.reason,
        "exitCode": end.exit_code,
        "message": end.message,
        "finishedAt": end.finished_at and end.finished_at.isoformat(),
    }


def _node() -> Manifest:
    ready = {"type": "Ready", "status": "True"}
    return {"kind": "Node", "metadata": {"name": "node-1"}, "status": {"conditions": [ready]}}
