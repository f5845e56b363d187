"""The scheduler: gives every pod to a node that can take it, or says why none can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from infrastructure.lab.cluster import (
    clock,
    label_match,
    ownership,
    pod_readiness,
    quantities,
    taints,
)
from infrastructure.lab.cluster.events import News, envelope, publish
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

Object = dict[str, Any]

RETRY_S = 5.0
"""A pod that fits nowhere is tried again this often, and whenever a pod goes or a node changes."""
_POD = KINDS["Pod"]
_NODE = KINDS["Node"]
_DEFAULT_SCHEDULER = "default-scheduler"


class Scheduler:
    """Binds pods to nodes."""

    name = _DEFAULT_SCHEDULER

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return a pod without a node; all of them when room may have been made."""
        if _makes_room(change):
            yield from self.everything()
        elif change.kind.name == "Pod" and not change.object["spec"].get("nodeName"):
            yield _key(change.object)

    def everything(self) -> Iterable[Key]:
        """Return every pod without a node."""
        for pod in self._store.peek_all(_POD):
            if not pod["spec"].get("nodeName"):
                yield _key(pod)

    def reconcile(self, key: Key) -> float | None:
        """Bind one pod, or record why it cannot be."""
        try:
            pod = self._store.get(_POD, key.namespace, key.name)
        except NotFound:
            return None
        foreign = pod["spec"].get("schedulerName", self.name) != self.name
        if foreign or pod["spec"].get("nodeName") or pod["metadata"].get("deletionTimestamp"):
            return None
        reasons = {
            node["metadata"]["name"]: self._refusal(pod, node)
            for node in self._store.peek_all(_NODE)
        }
        fitting = [name for name, reason in reasons.items() if reason is None]
        if fitting:
            self._bind(pod, min(fitting, key=lambda name: self._crowd(pod, name)))
            return None
        self._refuse(pod, Counter(reason for reason in reasons.values() if reason))
        return RETRY_S

    def _crowd(self, pod: Object, node: str) -> tuple[int, int, str]:
        """Return what makes a node less fit: siblings of the pod, then pods at all."""
        owner = ownership.controller_of(pod)
        here = self._pods_on(node)
        siblings = sum(ownership.controller_of(other) == owner for other in here) if owner else 0
        return siblings, len(here), node

    def _pods_on(self, node: str) -> list[Object]:
        return [
            other
            for other in self._store.peek_all(_POD)
            if other["spec"].get("nodeName") == node and not pod_readiness.is_finished(other)
        ]

    def _refusal(self, pod: Object, node: Object) -> str | None:
        return taints.refusal(node, pod) or _unmatched(pod, node) or self._shortage(pod, node)

    def _shortage(self, pod: Object, node: Object) -> str | None:
        here = self._pods_on(node["metadata"]["name"])
        allocatable = node.get("status", {}).get("allocatable") or {}
        if len(here) >= int(allocatable.get("pods", 110)):
            return "Too many pods"
        for resource in ("cpu", "memory"):
            free = quantities.parse(str(allocatable.get(resource, "1P"))) - sum(
                requested(other, resource) for other in here
            )
            if requested(pod, resource) > free:
                return f"Insufficient {resource}"
        return None

    def _bind(self, pod: Object, node: str) -> None:
        pod["spec"]["nodeName"] = node
        bound = self._store.update(_POD, pod)
        message = f"Successfully assigned {_address(bound)} to {node}"
        self._tell(bound, News("Normal", "Scheduled", message), "Binding")

    def _refuse(self, pod: Object, refusals: Counter[str]) -> None:
        total = refusals.total()
        if total:
            told = ", ".join(f"{count} {reason}" for reason, count in sorted(refusals.items()))
            message = f"0/{total} nodes are available: {told}."
        else:
            message = "no nodes available to schedule pods"
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "lastProbeTime": None,
            "lastTransitionTime": clock.stamp(clock.now()),
            "reason": "Unschedulable",
            "message": message,
        }
        known = (pod.get("status") or {}).get("conditions") or []
        if any(each["type"] == "PodScheduled" and each["message"] == message for each in known):
            return
        others = [each for each in known if each["type"] != "PodScheduled"]
        pod["status"] = {
            "phase": "Pending",
            **pod.get("status", {}),
            "conditions": [*others, condition],
        }
        refused = self._store.update(_POD, pod, status=True)
        self._tell(refused, News("Warning", "FailedScheduling", message), "Scheduling")

    def _tell(self, pod: Object, news: News, action: str) -> None:
        event = envelope(pod, news) | {
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "eventTime": clock.micro_stamp(clock.now()),
            "action": action,
            "reportingComponent": self.name,
            "reportingInstance": f"{self.name}-lab",
        }
        publish(self._store, event)


def _unmatched(pod: Object, node: Object) -> str | None:
    labels = node["metadata"].get("labels") or {}
    if label_match.has_all(pod["spec"].get("nodeSelector") or {}, labels):
        return None
    return "node(s) didn't match Pod's node affinity/selector"


def requested(pod: Object, resource: str) -> Decimal:
    """Return how much of a resource a pod asks to be set aside, in cores or bytes."""
    return sum(
        (quantities.parse(_request(each, resource)) for each in pod["spec"]["containers"]),
        start=Decimal(0),
    )


def _request(container: Object, resource: str) -> str:
    return str(((container.get("resources") or {}).get("requests") or {}).get(resource, "0"))


def _makes_room(change: Change) -> bool:
    if change.kind.name != "Node":
        return change.kind.name == "Pod" and change.type == "DELETED"
    before = change.previous or {}
    return (change.object["spec"], change.object["metadata"].get("labels")) != (
        before.get("spec"),
        before.get("metadata", {}).get("labels"),
    )


def _key(pod: Object) -> Key:
    return Key(pod["metadata"]["namespace"], pod["metadata"]["name"])


def _address(pod: Object) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
