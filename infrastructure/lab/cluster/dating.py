"""When an object was last written, as a real API server's field management tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.kinds import Kind

Object = dict[str, Any]

_DATED = frozenset(
    {"ConfigMap", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ResourceQuota", "Service"}
)
"""Kinds whose specs people write and no controller does."""


def date(kind: Kind, obj: Object, previous: Object | None, now: datetime) -> None:
    """Note the time of a write in the object, unless only its status is another one."""
    if kind.name not in _DATED or (previous and _written(obj) == _written(previous)):
        return
    entry = {"manager": "lab", "operation": "Update", "apiVersion": kind.api_version}
    obj["metadata"]["managedFields"] = [{**entry, "time": clock.stamp(now)}]


def _written(obj: Object) -> Object:
    """Return what people write: all but the status and the server's own bookkeeping."""
    meta = obj["metadata"]
    head = {key: meta.get(key) for key in ("labels", "annotations", "ownerReferences")}
    rest = {key: value for key, value in obj.items() if key not in {"metadata", "status"}}
    return {**rest, "metadata": head}
