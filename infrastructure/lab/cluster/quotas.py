"""Resource quotas: what a namespace uses of each resource, and whether one more object fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from infrastructure.lab.cluster import pod_readiness, quantities
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store import Store
from infrastructure.lab.cluster.store_errors import Forbidden

Object = dict[str, Any]
Amounts = Mapping[str, Decimal]

_QUOTA = KINDS["ResourceQuota"]
_COUNTED = {kind.resource: kind for kind in KINDS.values() if kind.namespaced}
_SHORT_COUNTS = frozenset({"configmaps", "pods", "resourcequotas", "services"})
"""Resources that are counted under their own name too, not only as `count/NAME`."""
_PLAIN = ("cpu", "memory")


def allow(store: Store, kind: Kind, obj: Object) -> None:
    """Let a new object, its defaults filled in, pass the quotas of its namespace.

    Raises:
        Forbidden: in the words of the real admission, naming the first quota that has no room.
    """
    meta = obj["metadata"]
    asked = usage_of(kind, obj)
    for quota in store.peek_all(_QUOTA, meta.get("namespace") or ""):
        sentence = _refusal(store, quota, asked, obj if kind.name == "Pod" else None)
        if sentence:
            raise Forbidden(kind, meta.get("name", ""), sentence)


def hard(quota: Object) -> dict[str, Decimal]:
    """Return what a quota grants, by resource."""
    granted = (quota.get("spec") or {}).get("hard") or {}
    return {name: quantities.parse(str(amount)) for name, amount in granted.items()}


def used(store: Store, quota: Object) -> dict[str, Decimal]:
    """Return what the namespace of a quota uses of each resource that the quota grants."""
    namespace = quota["metadata"]["namespace"]
    total = dict.fromkeys(hard(quota), Decimal(0))
    for kind in _counted_in(total):
        for obj in store.peek_all(kind, namespace):
            for name, amount in usage_of(kind, obj).items():
                if name in total:
                    total[name] += amount
    return total


def usage_of(kind: Kind, obj: Object) -> dict[str, Decimal]:
    """Return what one object takes; a pod that has ended takes nothing."""
    if not kind.namespaced:
        return {}
    one = Decimal(1)
    found = {f"count/{kind.resource}": one}
    if kind.name == "Pod":
        if pod_readiness.is_finished(obj):
            return found
        found |= _computed(obj)
    if kind.plural in _SHORT_COUNTS:
        found[kind.plural] = one
    return found


def shown(amounts: Amounts) -> dict[str, str]:
    """Return amounts as the API writes them: 90m, 288Mi, 9."""
    return {name: quantities.shortest(name, amounts[name]) for name in sorted(amounts)}


def _refusal(store: Store, quota: Object, asked: Amounts, pod: Object | None) -> str:
    granted, name = hard(quota), quota["metadata"]["name"]
    unsaid = _unsaid(granted, pod) if pod else ""
    if unsaid:
        return f"failed quota: {name}: must specify {unsaid}"
    before = used(store, quota)
    beyond = [
        resource
        for resource in sorted(granted.keys() & asked.keys())
        if asked[resource] and before[resource] + asked[resource] > granted[resource]
    ]
    if not beyond:
        return ""
    parts = [_told({key: each[key] for key in beyond}) for each in (asked, before, granted)]
    return f"exceeded quota: {name}, requested: {parts[0]}, used: {parts[1]}, limited: {parts[2]}"


def _unsaid(granted: Amounts, pod: Object) -> str:
    """Return which containers do not say how much they take of what the quota counts."""
    missing: list[str] = []
    for resource in sorted(set(granted) & {*_PLAIN, *_computed_names()}):
        side, _, what = (resource if "." in resource else f"requests.{resource}").partition(".")
        silent = [
            each["name"]
            for each in pod["spec"].get("containers") or ()
            if what not in ((each.get("resources") or {}).get(side) or {})
        ]
        if silent:
            missing.append(f"{resource} for: {','.join(silent)}")
    return "; ".join(missing)


def _computed(pod: Object) -> dict[str, Decimal]:
    """Return the compute resources of a pod: its containers' sum, or the dearest init container."""
    found: dict[str, Decimal] = {}
    for name in _computed_names():
        side, _, what = name.partition(".")
        running = sum(_amounts(pod, "containers", side, what), Decimal(0))
        starting = max(_amounts(pod, "initContainers", side, what), default=Decimal(0))
        found[name] = max(running, starting)
    return found | {what: found[f"requests.{what}"] for what in _PLAIN}


def _computed_names() -> list[str]:
    return [f"{side}.{what}" for side in ("limits", "requests") for what in _PLAIN]


def _amounts(pod: Object, group: str, side: str, what: str) -> Iterable[Decimal]:
    for container in pod["spec"].get(group) or ():
        amount = ((container.get("resources") or {}).get(side) or {}).get(what)
        if amount is not None:
            yield quantities.parse(str(amount))


def _counted_in(names: Iterable[str]) -> list[Kind]:
    """Return the kinds that have to be looked at for some resources."""
    plurals = set(names)
    kinds = [
        kind
        for resource, kind in _COUNTED.items()
        if f"count/{resource}" in plurals or (kind.plural in plurals & _SHORT_COUNTS)
    ]
    if plurals & {"pods", *_PLAIN, *_computed_names()} and KINDS["Pod"] not in kinds:
        kinds.append(KINDS["Pod"])
    return kinds


def _told(amounts: Amounts) -> str:
    return ",".join(f"{name}={text}" for name, text in shown(amounts).items())
