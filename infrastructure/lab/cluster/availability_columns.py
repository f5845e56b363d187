"""The tables of what keeps a workload available: disruption budgets and autoscalers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from infrastructure.lab.cluster import durations
from infrastructure.lab.cluster.layouts import AGE, NAME, NONE, Column, Layout

Object = dict[str, Any]

_UNSET = "N/A"


def _disruption_budget(obj: Object, now: datetime) -> list[object]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    return [
        obj["metadata"]["name"],
        str(spec.get("minAvailable", _UNSET)),
        str(spec.get("maxUnavailable", _UNSET)),
        status.get("disruptionsAllowed", 0),
        durations.age(obj["metadata"].get("creationTimestamp"), now),
    ]


def _autoscaler(obj: Object, now: datetime) -> list[object]:
    spec, status = obj["spec"], obj.get("status") or {}
    target = spec["scaleTargetRef"]
    return [
        obj["metadata"]["name"],
        f"{target['kind']}/{target['name']}",
        ", ".join(map(_metric, spec.get("metrics") or ())) or NONE,
        str(spec.get("minReplicas", 1)),
        spec["maxReplicas"],
        status.get("currentReplicas", 0),
        durations.age(obj["metadata"].get("creationTimestamp"), now),
    ]


def _metric(metric: Object) -> str:
    resource = metric.get("resource") or {}
    share = (resource.get("target") or {}).get("averageUtilization")
    wanted = "<auto>" if share is None else f"{share}%"
    return f"{resource.get('name', metric.get('type', ''))}: <unknown>/{wanted}"


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "PodDisruptionBudget": Layout(
            (
                NAME,
                Column("Min Available"),
                Column("Max Unavailable"),
                Column("Allowed Disruptions", "integer"),
                AGE,
            ),
            _disruption_budget,
        ),
        "HorizontalPodAutoscaler": Layout(
            (
                NAME,
                Column("Reference"),
                Column("Targets"),
                Column("MinPods"),
                Column("MaxPods", "integer"),
                Column("Replicas", "integer"),
                AGE,
            ),
            _autoscaler,
        ),
    }
)
"""The table of each of these kinds, by its name."""
