"""All nodes of a cluster: an agent and a process shim each, and the Service proxy they share."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from infrastructure.lab.cluster.store import Store
from infrastructure.lab.node import janitor, kubelet
from infrastructure.lab.node.addresses import Share
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.proxy import ServiceProxy


async def run(store: Store, configs: Sequence[NodeConfig]) -> None:
    """Run the nodes until cancelled; no process of a pod is left then.

    Raises:
        OSError: when a metrics port is taken.
    """
    for state_dir in {config.state_dir for config in configs}:
        janitor.clear(state_dir)
    async with asyncio.TaskGroup() as group:
        group.create_task(ServiceProxy(store).run(), name="proxy")
        for config in configs:
            group.create_task(kubelet.run(store, config=config), name=config.node_name)


def names(count: int) -> tuple[str, ...]:
    """Return the names of so many nodes."""
    return tuple(f"node-{number}" for number in range(1, count + 1))


def numbered(first: NodeConfig, ports: Sequence[int]) -> tuple[NodeConfig, ...]:
    """Return one config per port: nodes like the first, with names and addresses of their own."""
    return tuple(
        dataclasses.replace(
            first,
            node_name=name,
            host_ip=host_ip(index),
            cadvisor_port=port,
            share=Share(index, len(ports)),
        )
        for index, (name, port) in enumerate(zip(names(len(ports)), ports, strict=True))
    )


def host_ip(index: int) -> str:
    """Return the address of the `index`-th node (from 0)."""
    return f"127.0.0.{index + 1}"
