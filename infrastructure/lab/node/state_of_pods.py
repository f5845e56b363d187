"""kube-state-metrics' families for pods and their containers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infrastructure.lab.cluster import clock, quantities
from infrastructure.lab.node.exposition import Family, Sample, counter, gauge
from infrastructure.lab.node.state_of_workloads import owner_labels

Object = dict[str, Any]
Objects = Sequence[Object]

_PHASES = ("Pending", "Succeeded", "Failed", "Unknown", "Running")
_CONDITIONS = ("true", "false", "unknown")
_UNITS = {"cpu": "core", "memory": "byte"}


def pods(objects: Objects) -> list[Family]:
    """Return the families of pods."""
    return [
        gauge(
            "kube_pod_info",
            "Information about pod.",
            ((_pod(each) | _place(each), 1) for each in objects),
        ),
        gauge(
            "kube_pod_created",
            "Unix creation timestamp.",
            (
                (_pod(each), clock.parse(each["metadata"]["creationTimestamp"]).timestamp())
                for each in objects
            ),
        ),
        gauge(
            "kube_pod_owner",
            "Information about the Pod's owner.",
            ((_pod(each) | owner_labels(each), 1) for each in objects),
        ),
        gauge(
            "kube_pod_status_phase",
            "The pods current phase.",
            (
                (_pod(each) | {"phase": phase}, each["status"].get("phase") == phase)
                for each in objects
                for phase in _PHASES
            ),
        ),
        gauge(
            "kube_pod_status_ready",
            "Describes whether the pod is ready to serve requests.",
            (
                (_pod(each) | {"condition": value}, _condition(each, "Ready") == value)
                for each in objects
                for value in _CONDITIONS
            ),
        ),
        gauge(
            "kube_pod_status_scheduled",
            "Describes the status of the scheduling process for the pod.",
            (
                (_pod(each) | {"condition": value}, _condition(each, "PodScheduled") == value)
                for each in objects
                for value in _CONDITIONS
            ),
        ),
    ]


def containers(objects: Objects) -> list[Family]:
    """Return the families of containers."""
    return [
        gauge("kube_pod_container_info", "Information about a container in a pod.", _info(objects)),
        *_of_status(objects),
        gauge(
            "kube_pod_container_status_waiting_reason",
            "Describes the reason the container is currently in waiting state.",
            _reasons(objects, "state", "waiting"),
        ),
        gauge(
            "kube_pod_container_status_terminated_reason",
            "Describes the reason the container is currently in terminated state.",
            _reasons(objects, "state", "terminated"),
        ),
        gauge(
            "kube_pod_container_status_last_terminated_reason",
            "Describes the last reason the container was in terminated state.",
            _reasons(objects, "lastState", "terminated"),
        ),
        gauge(
            "kube_pod_container_status_last_terminated_exitcode",
            "Describes the exit code for the last container in terminated state.",
            (
                (labels, status["lastState"]["terminated"]["exitCode"])
                for labels, status in _statuses(objects)
                if "terminated" in status.get("lastState", {})
            ),
        ),
        gauge(
            "kube_pod_container_resource_limits",
            "The number of requested limit resource by a container.",
            _resources(objects, "limits"),
        ),
        gauge(
            "kube_pod_container_resource_requests",
            "The number of requested request resource by a container.",
            _resources(objects, "requests"),
        ),
    ]


def _of_status(objects: Objects) -> list[Family]:
    statuses = list(_statuses(objects))

    def is_in(state: str) -> Iterable[Sample]:
        return ((labels, state in status.get("state", {})) for labels, status in statuses)

    return [
        counter(
            "kube_pod_container_status_restarts_total",
            "The number of container restarts per container.",
            ((labels, status["restartCount"]) for labels, status in statuses),
        ),
        gauge(
            "kube_pod_container_status_ready",
            "Describes whether the containers readiness check succeeded.",
            ((labels, bool(status["ready"])) for labels, status in statuses),
        ),
        *(
            gauge(
                f"kube_pod_container_status_{state}",
                f"Describes whether the container is currently in {state} state.",
                is_in(state),
            )
            for state in ("waiting", "running", "terminated")
        ),
    ]


def _info(objects: Objects) -> Iterable[Sample]:
    for labels, status in _statuses(objects):
        yield (
            labels
            | {
                "image": status["image"],
                "image_spec": status["image"],
                "image_id": status.get("imageID", ""),
                "container_id": status.get("containerID", ""),
            },
            1,
        )


def _reasons(objects: Objects, field: str, state: str) -> Iterable[Sample]:
    for labels, status in _statuses(objects):
        reason = status.get(field, {}).get(state, {}).get("reason")
        if reason:
            yield labels | {"reason": reason}, 1


def _resources(objects: Objects, field: str) -> Iterable[Sample]:
    for pod in objects:
        node = pod["spec"].get("nodeName") or ""
        for container in pod["spec"]["containers"]:
            amounts = (container.get("resources") or {}).get(field) or {}
            for resource, amount in amounts.items():
                labels = {"container": container["name"], "node": node, "resource": resource}
                unit = {"unit": _UNITS.get(resource, "integer")}
                yield _pod(pod) | labels | unit, quantities.parse(str(amount))


def _statuses(objects: Objects) -> Iterable[tuple[dict[str, str], Object]]:
    for pod in objects:
        for status in pod["status"].get("containerStatuses") or ():
            yield _pod(pod) | {"container": status["name"]}, status


def _pod(pod: Object) -> dict[str, str]:
    meta = pod["metadata"]
    return {"namespace": meta["namespace"], "pod": meta["name"], "uid": meta["uid"]}


def _place(pod: Object) -> dict[str, str]:
    owner = owner_labels(pod)
    return {
        "node": pod["spec"].get("nodeName") or "",
        "pod_ip": pod["status"].get("podIP") or "",
        "host_ip": pod["status"].get("hostIP") or "",
        "created_by_kind": owner["owner_kind"],
        "created_by_name": owner["owner_name"],
    }


def _condition(pod: Object, kind: str) -> str:
    for condition in pod["status"].get("conditions") or ():
        if condition["type"] == kind:
            return str(condition["status"]).lower()
    return "unknown"
