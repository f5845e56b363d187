"""The node's own object: what it offers, and that it is alive."""

from __future__ import annotations

import asyncio
import os
import platform
from pathlib import Path
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.store import KINDS, NotFound
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.parts import NodeParts

Object = dict[str, Any]

HEARTBEAT_S = 60.0
MAX_PODS = 110
KUBELET_VERSION = "v1.36.2"
_NODE = KINDS["Node"]
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def register(node: NodeParts) -> None:
    """Create the node's object, or take over the one of an earlier life."""
    name = node.config.node_name
    try:
        found = node.store.get(_NODE, None, name)
    except NotFound:
        found = node.store.create(_NODE, _draft(name))
        node.tell_node_news("Starting", "Starting kubelet.")
    status = _status(node.config, found.get("status") or {})
    node.store.update(_NODE, found | {"status": status}, status=True)


async def keep_alive(node: NodeParts) -> None:
    """Renew the heartbeat until cancelled; a deleted node object registers again."""
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        register(node)


def _draft(name: str) -> Object:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": _architecture(),
    }
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
        },
        "spec": {},
    }


def _status(config: NodeConfig, before: Object) -> Object:
    resources = {
        "cpu": str(os.cpu_count() or 1),
        "memory": f"{_memory_kib()}Ki",
        "pods": str(MAX_PODS),
    }
    since = {each["type"]: each["lastTransitionTime"] for each in before.get("conditions") or ()}
    at = clock.stamp(clock.now())
    verdicts = [(kind, "False", reason, message) for kind, reason, message in _PRESSURES]
    verdicts.append(("Ready", "True", "KubeletReady", "kubelet is posting ready status"))
    return {
        "capacity": resources,
        "allocatable": resources,
        "conditions": [
            {
                "type": kind,
                "status": status,
                "lastHeartbeatTime": at,
                "lastTransitionTime": since.get(kind, at),
                "reason": reason,
                "message": message,
            }
            for kind, status, reason, message in verdicts
        ],
        "addresses": [
            {"type": "InternalIP", "address": config.host_ip},
            {"type": "Hostname", "address": config.node_name},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": _info(),
    }


def _info() -> Object:
    return {
        "machineID": "",
        "systemUUID": "",
        "bootID": "",
        "kernelVersion": platform.release(),
        "osImage": "lab",
        "containerRuntimeVersion": "lab://1",
        "kubeletVersion": KUBELET_VERSION,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": _architecture(),
    }


def _architecture() -> str:
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _memory_kib() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1])
    raise OSError("/proc/meminfo names no MemTotal")
