"""The store as the cluster uses it: objects get their defaults, Services their cluster addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Network
from typing import Any

from infrastructure.lab.cluster import clock, defaults
from infrastructure.lab.cluster.addresses import ServiceAddresses
from infrastructure.lab.cluster.kinds import KINDS, Kind
from infrastructure.lab.cluster.store import Store

_HEADLESS = "None"


def new_store(network: IPv4Network, now: Callable[[], datetime] = clock.now) -> Store:
    """Return an empty store for a lab on the given network (a /16 of the loopback range)."""
    addresses = ServiceAddresses.within(network)

    def admit(kind: Kind, obj: dict[str, Any]) -> None:
        defaults.apply(kind, obj)
        if kind.name == "Service":
            _give_address(store, addresses, obj)

    store = Store(admit=admit, now=now)
    return store


def _give_address(store: Store, addresses: ServiceAddresses, obj: dict[str, Any]) -> None:
    """Keep a service's address, or give it a free one; headless and external ones have none."""
    spec, meta = obj["spec"], obj["metadata"]
    if spec["type"] == "ExternalName":
        return
    services = store.peek_all(KINDS["Service"])
    address = spec.get("clusterIP") or next(
        (
            other["spec"].get("clusterIP", "")
            for other in services
            if other["metadata"]["name"] == meta.get("name")
            and other["metadata"].get("namespace") == meta.get("namespace")
        ),
        "",
    )
    if not address:
        address = addresses.free(other["spec"].get("clusterIP", _HEADLESS) for other in services)
    spec["clusterIP"] = address
    spec["clusterIPs"] = [address]
