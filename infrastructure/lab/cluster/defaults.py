"""What the API server fills in when an object is written; every rule only sets what is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infrastructure.lab.cluster import pod_defaults
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]


def apply(kind: Kind, obj: Object) -> None:
    """Fill in the defaults of an object, in place."""
    fill = _FILLERS.get(kind.name)
    if fill is not None:
        fill(obj)


def _deployment(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    _template(spec)
    strategy = spec.setdefault("strategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    obj.setdefault("status", {})


def _replicaset(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    _template(spec)
    obj.setdefault("status", {"replicas": 0})


def _template(spec: Object) -> None:
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    pod_defaults.fill_spec(template.setdefault("spec", {}))


def _pod(obj: Object) -> None:
    pod_defaults.fill_pod(obj)


def _service(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port"))
    if spec["type"] != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
    obj.setdefault("status", {"loadBalancer": {}})


def _namespace(obj: Object) -> None:
    meta = obj["metadata"]
    meta.setdefault("labels", {})["kubernetes.io/metadata.name"] = meta["name"]
    obj.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    obj.setdefault("status", {"phase": "Active"})


def _node(obj: Object) -> None:
    obj.setdefault("spec", {})
    obj.setdefault("status", {})


def _resource_quota(obj: Object) -> None:
    obj.setdefault("spec", {})
    obj.setdefault("status", {})


def _autoscaler(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("minReplicas", 1)
    target = {"type": "Utilization", "averageUtilization": 80}
    default = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    if not spec.get("metrics"):
        spec["metrics"] = [default]
    obj.setdefault("status", {"currentReplicas": 0, "desiredReplicas": 0})


def _disruption_budget(obj: Object) -> None:
    obj.setdefault("spec", {})
    counts = ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")
    obj.setdefault("status", dict.fromkeys(counts, 0))


def _event(obj: Object) -> None:
    obj.setdefault("source", {})
    for field in ("firstTimestamp", "lastTimestamp", "eventTime"):
        obj.setdefault(field, None)
    obj.setdefault("reportingComponent", "")
    obj.setdefault("reportingInstance", "")


_FILLERS: Mapping[str, Callable[[Object], None]] = {
    "Deployment": _deployment,
    "ReplicaSet": _replicaset,
    "Pod": _pod,
    "Service": _service,
    "Namespace": _namespace,
    "Node": _node,
    "ResourceQuota": _resource_quota,
    "HorizontalPodAutoscaler": _autoscaler,
    "PodDisruptionBudget": _disruption_budget,
    "Event": _event,
}
