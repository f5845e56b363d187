"""How many pods of a disruption budget may be taken away now (Kubernetes' disruption controller)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from infrastructure.lab.cluster import clock, pod_readiness, selectors

Object = dict[str, Any]

FORGET_S = 120.0
"""A pod that was let go and is still there after this long was not taken: it counts again."""
ALLOWED = "DisruptionAllowed"


def covers(budget: Object, pod: Object) -> bool:
    """Return whether a budget speaks of a pod; an empty selector means every pod, none means none."""
    selector = (budget.get("spec") or {}).get("selector")
    same = budget["metadata"]["namespace"] == pod["metadata"]["namespace"]
    if selector is None or not same:
        return False
    return selectors.spec_matches(selector, pod["metadata"].get("labels") or {})


def status_of(budget: Object, pods: Sequence[Object], expected: int, now: datetime) -> Object:
    """Return the status a budget should have.

    Args:
        budget: the PodDisruptionBudget as it is.
        pods: the pods it covers.
        expected: how many pods their controllers want in all.
        now: the present.
    """
    before = budget.get("status") or {}
    leaving = _still_leaving(before.get("disruptedPods") or {}, pods, now)
    total, desired = _wanted(budget.get("spec") or {}, len(pods), expected)
    healthy = sum(_is_healthy(pod, leaving) for pod in pods)
    allowed = max(0, healthy - desired) if total else 0
    status = {
        "observedGeneration": budget["metadata"].get("generation", 1),
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "expectedPods": total,
        "conditions": [condition(budget, allowed, now)],
    }
    return status | ({"disruptedPods": leaving} if leaving else {})


def condition(budget: Object, allowed: int, now: datetime) -> Object:
    """Return the condition that says whether a pod may be taken away."""
    status, reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
    known = next(
        (
            each
            for each in (budget.get("status") or {}).get("conditions") or ()
            if each["type"] == ALLOWED and each["status"] == status
        ),
        None,
    )
    return {
        "type": ALLOWED,
        "status": status,
        "observedGeneration": budget["metadata"].get("generation", 1),
        "lastTransitionTime": known["lastTransitionTime"] if known else clock.stamp(now),
        "reason": reason,
        "message": "",
    }


def forget_in_s(status: Object, now: datetime) -> float | None:
    """Return the seconds until a pod that was let go counts again; None when there is none."""
    ages = [
        (now - clock.parse(since)).total_seconds()
        for since in (status.get("disruptedPods") or {}).values()
    ]
    return max(0.1, FORGET_S - max(ages)) if ages else None


def _still_leaving(
    leaving: Mapping[str, str], pods: Sequence[Object], now: datetime
) -> dict[str, str]:
    """Return the pods let go that neither end yet nor were forgotten."""
    here = {pod["metadata"]["name"] for pod in pods if not pod["metadata"].get("deletionTimestamp")}
    limit = timedelta(seconds=FORGET_S)
    return {
        name: since
        for name, since in leaving.items()
        if name in here and now - clock.parse(since) < limit
    }


def _wanted(spec: Object, present: int, expected: int) -> tuple[int, int]:
    """Return how many pods there should be, and how many of them must stay healthy."""
    if "maxUnavailable" in spec:
        return expected, max(0, expected - _resolved(spec["maxUnavailable"], expected))
    least = spec.get("minAvailable", 0)
    if isinstance(least, int):
        return present, least
    return expected, _resolved(least, expected)


def _resolved(value: int | str, of: int) -> int:
    if isinstance(value, int):
        return value
    return math.ceil(of * int(value.removesuffix("%")) / 100)


def _is_healthy(pod: Object, leaving: Mapping[str, str]) -> bool:
    return (
        pod_readiness.is_ready(pod)
        and pod_readiness.is_active(pod)
        and pod["metadata"]["name"] not in leaving
    )
