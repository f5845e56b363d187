"""The arithmetic of a rolling update: how many replicas each ReplicaSet should have next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """How far a rollout may exceed or fall below the wanted replicas, in pods."""

    surge: int
    unavailable: int


@dataclass(frozen=True)
class Size:
    """One ReplicaSet as the arithmetic sees it."""

    name: str
    replicas: int
    available: int
    created: str = ""
    max_replicas: int = 0
    """The deployment's size plus surge when this ReplicaSet was last scaled; 0 when unknown."""


def limits_of(spec: dict[str, Any]) -> Limits:
    """Resolve a Deployment's maxSurge (rounded up) and maxUnavailable (rounded down)."""
    replicas = spec.get("replicas", 1)
    strategy = spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Limits(surge=0, unavailable=0)
    rolling = strategy.get("rollingUpdate") or {}
    surge = math.ceil(_resolve(rolling.get("maxSurge", "25%"), replicas))
    unavailable = math.floor(_resolve(rolling.get("maxUnavailable", "25%"), replicas))
    if surge == 0 and unavailable == 0:
        unavailable = 1  # otherwise nothing could ever move
    return Limits(surge=surge, unavailable=min(unavailable, replicas))


def _resolve(value: int | str, replicas: int) -> float:
    if isinstance(value, int):
        return value
    return replicas * int(value.removesuffix("%")) / 100


def new_replicas(wanted: int, limits: Limits, new: Size, old: Sequence[Size]) -> int:
    """Return the next size of the new ReplicaSet in a rolling update."""
    if new.replicas >= wanted:
        return wanted
    room = wanted + limits.surge - new.replicas - sum(size.replicas for size in old)
    if room <= 0:
        return new.replicas
    return min(wanted, new.replicas + room)


def old_replicas(wanted: int, limits: Limits, new: Size, old: Sequence[Size]) -> dict[str, int]:
    """Return the next sizes of the old ReplicaSets that should shrink, unhealthy replicas first."""
    total = new.replicas + sum(size.replicas for size in old)
    floor = wanted - limits.unavailable
    budget = total - floor - (new.replicas - new.available)
    if budget <= 0:
        return {}
    eldest_first = sorted(old, key=lambda size: (size.created, size.name))
    sizes = {size.name: size.replicas for size in eldest_first}
    for size in eldest_first:
        unhealthy = max(0, size.replicas - size.available)
        cut = min(budget, unhealthy)
        sizes[size.name] -= cut
        budget -= cut
    spare = new.available + sum(min(size.available, sizes[size.name]) for size in old) - floor
    for size in eldest_first:
        cut = max(0, min(spare, sizes[size.name]))
        sizes[size.name] -= cut
        spare -= cut
    return {size.name: sizes[size.name] for size in old if sizes[size.name] != size.replicas}


def proportional(wanted: int, limits: Limits, sizes: Sequence[Size]) -> dict[str, int]:
    """Spread a resize of a Deployment in mid-rollout over its ReplicaSets, in proportion to each."""
    allowed = wanted + limits.surge if wanted > 0 else 0
    to_add = allowed - sum(size.replicas for size in sizes)
    if to_add == 0:
        return {}
    # Growth favours the larger and newer, shrinking the larger and older.
    ordered = sorted(sizes, key=lambda size: size.created, reverse=to_add > 0)
    ordered.sort(key=lambda size: -size.replicas)
    result = {size.name: size.replicas for size in ordered}
    left = to_add
    for size in ordered:
        step = _share(size, allowed, left)
        result[size.name] += step
        left -= step
    if ordered:
        first = ordered[0].name
        result[first] = max(0, result[first] + left)
    return result


def _share(size: Size, allowed: int, left: int) -> int:
    """Return how much of `left` one ReplicaSet takes, never more than is left."""
    if size.replicas == 0 or left == 0:
        return 0
    if allowed == 0:
        return -size.replicas
    before = size.max_replicas or allowed
    grown = math.floor(size.replicas * allowed / before + 0.5) - size.replicas
    return min(grown, left) if left > 0 else max(grown, left)
