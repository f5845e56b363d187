"""Nodes with their controllers in this process, whose pods are real processes."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from infrastructure.lab.cluster import admission, bootstrap, controllers
from infrastructure.lab.cluster.store import KINDS, NotFound, Store
from infrastructure.lab.node import logs, nodes
from infrastructure.lab.node.backoff import BackoffLimits
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.images import ImageCatalogue
from infrastructure.lab.ports import claim_network

Object = dict[str, Any]


@dataclass(frozen=True)
class Cluster:
    """A running cluster without its API server."""

    store: Store
    config: NodeConfig

    def create(self, kind: str, name: str, **content: Any) -> Object:
        """Create an object in the default namespace."""
        meta = {"name": name, "namespace": "default"} | content.pop("metadata", {})
        return self.store.create(KINDS[kind], {"metadata": meta, **content})

    def pod(self, name: str, script: str, **spec: Any) -> Object:
        """Create a pod with one container that runs a shell script."""
        container = {"name": "app", "image": "lab/shell:1", "command": ["sh", "-c", script]}
        container |= spec.pop("container", {})
        grace = {"terminationGracePeriodSeconds": 1}
        return self.create("Pod", name, spec=grace | {"containers": [container]} | spec)

    def deployment(self, name: str, script: str, **spec: Any) -> Object:
        """Create a Deployment of pods that run a shell script."""
        container = {"name": "app", "image": "lab/shell:1", "command": ["sh", "-c", script]}
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [container | spec.pop("container", {})],
            },
        }
        selector = {"matchLabels": {"app": name}}
        return self.create(
            "Deployment", name, spec={"selector": selector, "template": template} | spec
        )

    def get(self, kind: str, name: str) -> Object | None:
        """Return an object, or None."""
        try:
            return self.store.get(KINDS[kind], "default", name)
        except NotFound:
            return None

    def get_node(self) -> bool:
        """Return whether the node has said that it is ready."""
        node = self.store.get(KINDS["Node"], None, self.config.node_name)
        return bool(node.get("status"))

    def all(self, kind: str, **labels: str) -> list[Object]:
        """Return all objects of a kind that have these labels."""
        return [
            each
            for each in self.store.peek_all(KINDS[kind])
            if labels.items() <= (each["metadata"].get("labels") or {}).items()
        ]

    def container(self, pod: str) -> Object:
        """Return the status of a pod's first container; empty while there is none."""
        found = self.get("Pod", pod) or {}
        statuses = found.get("status", {}).get("containerStatuses") or [{}]
        return dict(statuses[0])

    def state(self, pod: str, name: str) -> Object:
        """Return one of waiting, running and terminated, if that is the state of the container."""
        return dict(self.container(pod).get("state", {}).get(name, {}))

    def events(self, about: str, reason: str) -> list[Object]:
        """Return the events of one reason about one object."""
        return [
            each
            for each in self.all("Event")
            if each["involvedObject"]["name"] == about and each["reason"] == reason
        ]

    def processes(self, pod: str) -> list[int]:
        """Return the processes of a pod, wherever in the process tree they are."""
        home = f"{self.config.state_dir}/pods/"
        return [pid for pid in processes_with(f"HOSTNAME={pod}") if folder_of(pid).startswith(home)]

    def log(self, pod: str, *, previous: bool = False) -> str:
        """Return what a pod printed."""
        found = self.store.get(KINDS["Pod"], "default", pod)
        text = logs.read(self.config.state_dir, found, "app", logs.Selection(), previous=previous)
        return text.decode()

    def patch(self, kind: str, name: str, change: Callable[[Object], None]) -> Object:
        """Change an object's spec or metadata."""
        obj = self.store.get(KINDS[kind], "default", name)
        change(obj)
        return self.store.update(KINDS[kind], obj)


async def until(condition: Callable[[], Any], within_s: float = 10) -> Any:
    """Wait for a condition to hold and return its value."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not (value := condition()):
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"waited {within_s} s in vain")
        await asyncio.sleep(0.02)
    return value


def processes_with(mark: str) -> list[int]:
    """Return the processes whose environment has an entry."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                environment = Path(f"/proc/{name}/environ").read_bytes().split(b"\0")
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark.encode() in environment and state != "Z":
                found.append(int(name))
    return found


def folder_of(pid: int) -> str:
    """Return a process's working directory; empty once it has ended."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def own_network() -> Iterator[str]:
    """A loopback network that no other test and no lab of this machine uses meanwhile."""
    network, claim = claim_network()
    with claim:
        yield network


@asynccontextmanager
async def running(
    state_dir: Path, backoff: BackoffLimits, count: int = 1
) -> AsyncIterator[Cluster]:
    """Run controllers and nodes until the block ends, in a network of their own."""
    with own_network() as name:
        async with running_in(IPv4Network(name), state_dir, backoff, count) as cluster:
            yield cluster


@asynccontextmanager
async def running_in(
    network: IPv4Network, state_dir: Path, backoff: BackoffLimits, count: int = 1
) -> AsyncIterator[Cluster]:
    """Run controllers and nodes in a network until the block ends."""
    store = admission.new_store(network)
    bootstrap.fill(store, *nodes.names(count))
    config = NodeConfig(
        state_dir=state_dir,
        python=sys.executable,
        images=ImageCatalogue.load(None, python=sys.executable),
        network=network,
        cadvisor_port=free_port(),
        backoff=backoff,
    )
    ports = [config.cadvisor_port, *(free_port() for _ in range(count - 1))]
    configs = nodes.numbered(config, ports)
    async with asyncio.TaskGroup() as group:
        parts = [
            group.create_task(controllers.run(store)),
            group.create_task(nodes.run(store, configs)),
        ]
        yield Cluster(store, config)
        for part in parts:
            part.cancel()
