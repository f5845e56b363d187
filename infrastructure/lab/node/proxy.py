"""The Service proxy: listens on every cluster IP that has ready endpoints, and passes on to them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any, NamedTuple

import structlog

from infrastructure.lab.cluster.reconciliation import Key, run_controller
from infrastructure.lab.cluster.store import KINDS, Change, NotFound, Store
from infrastructure.lab.node.forwarding import Forwarder

Object = dict[str, Any]

BACKLOG = 256
BIND_RETRY_S = 1.0
_SERVICE = KINDS["Service"]
_ENDPOINTS = KINDS["Endpoints"]
_log = structlog.get_logger()


class Address(NamedTuple):
    """Where a TCP service listens."""

    host: str
    port: int


class ServiceProxy:
    """Keeps one listener per port of a Service while at least one endpoint is ready.

    Without a ready endpoint nothing listens, so that a client is refused at once.
    """

    name = "service-proxy"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: dict[Key, dict[Address, _Listener]] = {}

    async def run(self) -> None:
        """Follow Services and Endpoints until cancelled, then stop listening."""
        try:
            await run_controller(self._store, self)
        finally:
            for listeners in self._listeners.values():
                for listener in listeners.values():
                    listener.close()

    def touched_by(self, change: Change) -> Iterable[Key]:
        """Return the Service that changed, or whose Endpoints did."""
        if change.kind.name in ("Service", "Endpoints"):
            yield Key(change.object["metadata"]["namespace"], change.object["metadata"]["name"])

    def everything(self) -> Iterable[Key]:
        """Return every Service, and those that are listened for."""
        for service in self._store.peek_all(_SERVICE):
            yield Key(service["metadata"]["namespace"], service["metadata"]["name"])
        yield from tuple(self._listeners)

    def reconcile(self, key: Key) -> float | None:
        """Open, feed and close the listeners of one Service."""
        wanted = self._wanted(key)
        listeners = self._listeners.setdefault(key, {})
        for address in [each for each in listeners if each not in wanted]:
            listeners.pop(address).close()
        again_s = None
        for address, backends in wanted.items():
            if address in listeners:
                listeners[address].forwarder.backends = backends
                continue
            try:
                listeners[address] = _Listener(address, backends)
            except OSError as error:
                _log.warning("service_not_bound", address=str(address), error=str(error))
                again_s = BIND_RETRY_S
        if not listeners:
            del self._listeners[key]
        return again_s

    def _wanted(self, key: Key) -> dict[Address, tuple[Address, ...]]:
        try:
            service = self._store.peek(_SERVICE, key.namespace, key.name)
            endpoints = self._store.peek(_ENDPOINTS, key.namespace, key.name)
        except NotFound:
            return {}
        cluster_ip = service["spec"].get("clusterIP")
        if not cluster_ip or cluster_ip == "None":
            return {}
        wanted = {}
        for port in service["spec"].get("ports") or ():
            backends = _backends(endpoints, port)
            if port.get("protocol", "TCP") == "TCP" and backends:
                wanted[Address(cluster_ip, port["port"])] = backends
        return wanted


class _Listener:
    """One listening socket and the task that makes a server of it."""

    def __init__(self, address: Address, backends: tuple[Address, ...]) -> None:
        self.forwarder = Forwarder(backends)
        self._server: asyncio.Server | None = None
        self._socket = socket.create_server(address, backlog=BACKLOG)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def close(self) -> None:
        """Stop listening at once; connections that are open go on."""
        self._task.cancel()
        self.forwarder.close()
        if self._server is not None:
            self._server.close()
        else:
            self._socket.close()

    async def _serve(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            self.forwarder.connection, sock=self._socket
        )


def _backends(endpoints: Object, port: Object) -> tuple[Address, ...]:
    found = []
    for subset in endpoints.get("subsets") or ():
        for each in subset.get("ports") or ():
            if each.get("name", "") == port.get("name", ""):
                found += [
                    Address(address["ip"], each["port"])
                    for address in subset.get("addresses") or ()
                ]
    return tuple(found)
