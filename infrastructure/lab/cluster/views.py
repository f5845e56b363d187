"""Objects that are not stored but seen: EndpointSlices, each the other face of an Endpoints object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infrastructure.lab.cluster.changes import Change
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store import NotFound, Store

Object = dict[str, Any]

ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
"""A read-only kind, for clients that no longer read Endpoints."""
_SERVICE_LABEL = "kubernetes.io/service-name"


def stored_kind(kind: Kind) -> Kind:
    """Return the kind that holds the data of a kind."""
    return KINDS["Endpoints"] if kind == ENDPOINT_SLICE else kind


def all_of(store: Store, kind: Kind, namespace: str | None) -> list[Object]:
    """Return every object of a kind; not to be modified."""
    objects = store.peek_all(stored_kind(kind), namespace)
    return [_slice(obj) for obj in objects] if kind == ENDPOINT_SLICE else objects


def one_of(store: Store, kind: Kind, namespace: str | None, name: str) -> Object:
    """Return one object; not to be modified.

    Raises:
        NotFound: when there is none.
    """
    try:
        obj = store.peek(stored_kind(kind), namespace, name)
    except NotFound:
        raise NotFound(kind, name) from None
    return _slice(obj) if kind == ENDPOINT_SLICE else obj


def seen_as(kind: Kind, change: Change) -> Change | None:
    """Return a change as it looks to those who watch a kind; None when they do not see it."""
    if change.kind != stored_kind(kind):
        return None
    if kind != ENDPOINT_SLICE:
        return change
    before = None if change.previous is None else _slice(change.previous)
    return replace(change, kind=kind, object=_slice(change.object), previous=before)


def _slice(endpoints: Object) -> Object:
    meta, subsets = endpoints["metadata"], endpoints.get("subsets") or []
    labels = {**(meta.get("labels") or {}), _SERVICE_LABEL: meta["name"]}
    return {
        "apiVersion": ENDPOINT_SLICE.api_version,
        "kind": ENDPOINT_SLICE.name,
        "metadata": {**meta, "labels": labels},
        "addressType": "IPv4",
        "endpoints": [
            _endpoint(address, is_ready=group == "addresses")
            for subset in subsets
            for group in ("addresses", "notReadyAddresses")
            for address in subset.get(group) or ()
        ],
        "ports": [
            {
                "name": port.get("name", ""),
                "port": port["port"],
                "protocol": port.get("protocol", "TCP"),
            }
            for subset in subsets[:1]
            for port in subset.get("ports") or ()
        ],
    }


def _endpoint(address: Object, *, is_ready: bool) -> Object:
    endpoint: Object = {
        "addresses": [address["ip"]],
        "conditions": {"ready": is_ready, "serving": is_ready, "terminating": False},
    }
    for field in ("nodeName", "targetRef", "hostname"):
        if field in address:
            endpoint[field] = address[field]
    return endpoint
