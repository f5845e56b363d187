"""The Endpoints controller: which pods stand behind a Service, and which of them are ready."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infrastructure.lab.cluster import label_match, pod_readiness
from infrastructure.lab.cluster.reconciliation import Key
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store

Object = dict[str, Any]

_SERVICE = KINDS["Service"]
_ENDPOINTS = KINDS["Endpoints"]
_POD = KINDS["Pod"]
_MANAGED_BY = "endpoints.kubernetes.io/managed-by"


class EndpointsController:
    """Reconciles the Endpoints of every Service that selects pods."""

    name = "endpoint-controller"

    def __init__(self, store: Store) -> None:
        self._store = store

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the Service itself, or those that select the changed pod, before or after."""
        if change.kind.name in ("Service", "Endpoints"):
            yield _key(change.object)
        elif change.kind.name == "Pod":
            meta = change.object["metadata"]
            former = (change.previous or change.object)["metadata"].get("labels") or {}
            for service in self._store.peek_all(_SERVICE, meta["namespace"]):
                selector = service["spec"].get("selector") or {}
                if selector and (
                    label_match.has_all(selector, meta.get("labels") or {})
                    or label_match.has_all(selector, former)
                ):
                    yield _key(service)

    def everything(self) -> Iterable[Key]:
        """Return every Service, and every Endpoints object whose Service may be gone."""
        yield from map(_key, self._store.peek_all(_SERVICE))
        yield from map(_key, self._store.peek_all(_ENDPOINTS))

    def reconcile(self, key: Key) -> float | None:
        """Write the Endpoints of one Service, or remove those of a Service that is gone."""
        try:
            service = self._store.peek(_SERVICE, key.namespace, key.name)
        except NotFound:
            self._remove(key)
            return None
        selector = service["spec"].get("selector")
        if not selector:
            return None  # somebody else keeps these by hand
        pods = [
            pod
            for pod in self._store.peek_all(_POD, key.namespace)
            if label_match.has_all(selector, pod["metadata"].get("labels") or {})
        ]
        self._write(service, subsets_of(service, pods))
        return None

    def _write(self, service: Object, subsets: list[Object]) -> None:
        meta = service["metadata"]
        labels = dict(meta.get("labels") or {}) | {_MANAGED_BY: self.name}
        if service["spec"].get("clusterIP") == "None":
            labels["service.kubernetes.io/headless"] = ""
        wanted = {
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "labels": labels}
        }
        if subsets:
            wanted["subsets"] = subsets  # type: ignore[assignment] # JSON of another shape
        try:
            current = self._store.peek(_ENDPOINTS, meta["namespace"], meta["name"])
        except NotFound:
            self._store.create(_ENDPOINTS, wanted)
            return
        wanted["metadata"] = {**current["metadata"], "labels": labels}
        self._store.update(_ENDPOINTS, wanted)

    def _remove(self, key: Key) -> None:
        try:
            endpoints = self._store.peek(_ENDPOINTS, key.namespace, key.name)
        except NotFound:
            return
        if (endpoints["metadata"].get("labels") or {}).get(_MANAGED_BY) == self.name:
            self._store.delete(_ENDPOINTS, key.namespace, key.name)


def subsets_of(service: Object, pods: Sequence[Object]) -> list[Object]:
    """Return the subsets of a Service's Endpoints: pods with the same port numbers stand together."""
    by_ports: dict[tuple[tuple[str, int, str], ...], dict[str, list[Object]]] = {}
    publish_unready = service["spec"].get("publishNotReadyAddresses", False)
    for pod in sorted(pods, key=lambda pod: pod["metadata"]["name"]):
        if not pod_readiness.is_active(pod) or not pod["status"].get("podIP"):
            continue
        ports = _ports(service, pod)
        if not ports and service["spec"].get("ports"):
            continue  # the pod lacks the named port
        is_in = publish_unready or pod_readiness.is_ready(pod)
        group = by_ports.setdefault(ports, {})
        group.setdefault("addresses" if is_in else "notReadyAddresses", []).append(_address(pod))
    return [
        {**group, **({"ports": [_port(port) for port in ports]} if ports else {})}
        for ports, group in sorted(by_ports.items())
    ]


def _ports(service: Object, pod: Object) -> tuple[tuple[str, int, str], ...]:
    found = []
    for port in service["spec"].get("ports") or ():
        number = _resolve(port.get("targetPort") or port["port"], pod)
        if number is not None:
            found.append((port.get("name") or "", number, port.get("protocol") or "TCP"))
    return tuple(found)


def _resolve(target: int | str, pod: Object) -> int | None:
    if isinstance(target, int):
        return target
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == target:
                return int(port["containerPort"])
    return None


def _port(port: tuple[str, int, str]) -> Object:
    name, number, protocol = port
    return ({"name": name} if name else {}) | {"port": number, "protocol": protocol}


def _address(pod: Object) -> Object:
    meta = pod["metadata"]
    return {
        "ip": pod["status"]["podIP"],
        "nodeName": pod["spec"].get("nodeName"),
        "targetRef": {
            "kind": "Pod",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
        },
    }


def _key(obj: Object) -> Key:
    return Key(obj["metadata"]["namespace"], obj["metadata"]["name"])
