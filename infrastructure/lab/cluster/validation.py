"""The judgement on an object that a client wants to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infrastructure.lab.cluster import (
    availability_rules,
    errors,
    name_rules,
    other_rules,
    pod_rules,
    quota_rules,
    workload_rules,
)
from infrastructure.lab.cluster.errors import Cause
from infrastructure.lab.cluster.kinds import KINDS, Kind

Object = dict[str, Any]

_NEW: Mapping[str, Callable[[Object], list[Cause]]] = {
    "Deployment": lambda obj: workload_rules.workload(KINDS["Deployment"], obj),
    "ReplicaSet": lambda obj: workload_rules.workload(KINDS["ReplicaSet"], obj),
    "Pod": pod_rules.pod,
    "Service": other_rules.service,
    "ConfigMap": other_rules.config_map,
    "ResourceQuota": quota_rules.resource_quota,
    "PodDisruptionBudget": availability_rules.disruption_budget,
    "HorizontalPodAutoscaler": availability_rules.autoscaler,
    "Event": other_rules.event,
    "Endpoints": other_rules.endpoints,
}
_CHANGED: Mapping[str, Callable[[Object, Object], list[Cause]]] = {
    "Deployment": workload_rules.change,
    "ReplicaSet": workload_rules.change,
    "Pod": pod_rules.change,
    "Service": other_rules.service_change,
    "ConfigMap": other_rules.config_map_change,
}


def check(kind: Kind, new: Object, old: Object | None = None) -> None:
    """Judge a complete object (defaults filled in), and, given the old one, how it changes.

    Raises:
        ApiError: 422 naming every field at fault.
    """
    causes = name_rules.metadata(kind, new["metadata"])
    if kind.name in _NEW:
        causes += _NEW[kind.name](new)
    if old is not None and kind.name in _CHANGED:
        causes += _CHANGED[kind.name](new, old)
    if causes:
        raise errors.invalid(kind, new["metadata"].get("name", ""), causes)
