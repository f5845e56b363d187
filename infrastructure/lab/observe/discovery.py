"""Tell Prometheus which pods stand behind which Service.

Debian builds Prometheus without Kubernetes discovery. This stands in for it: the same labels,
from the same API, handed over in a file that Prometheus watches.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from infrastructure.lab.kube import Api, ApiError, Object, collection_path
from infrastructure.lab.labdir import write_private

META = "__meta_kubernetes_"

SETTLE_S = 0.1
"""Changes come in bursts: the file is written once for those within this time."""

RESYNC_S = 5.0
"""Listed anew at least so often, whatever the watch said."""


async def follow(api: Api, namespace: str, file: Path) -> None:
    """Keep the file true to the cluster until cancelled."""
    is_stale = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for kind in ("Endpoints", "Pod"):
            path = collection_path("v1", kind, namespace)
            group.create_task(_watch(api, path, is_stale))
        group.create_task(_write_for_ever(api, namespace, file, is_stale))


async def write_once(api: Api, namespace: str, file: Path) -> int:
    """Write the file as the cluster is now; return how many targets it names."""
    endpoints = (await api.get(collection_path("v1", "Endpoints", namespace)))["items"]
    pods = (await api.get(collection_path("v1", "Pod", namespace)))["items"]
    groups = target_groups(endpoints, pods)
    text = json.dumps(groups, indent=1, sort_keys=True)
    _write_if_new(file, text)
    return len(groups)


def _write_if_new(file: Path, text: str) -> None:
    """Leave a file that says the same alone: Prometheus reads it again at every touch."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        write_private(file, text)


async def _write_for_ever(api: Api, namespace: str, file: Path, is_stale: asyncio.Event) -> None:
    while True:
        try:
            await write_once(api, namespace, file)
        except ApiError:
            await asyncio.sleep(1.0)  # the file keeps what was last known
        try:
            async with asyncio.timeout(RESYNC_S):
                await is_stale.wait()
        except TimeoutError:
            continue
        await asyncio.sleep(SETTLE_S)
        is_stale.clear()


async def _watch(api: Api, path: str, is_stale: asyncio.Event) -> None:
    while True:
        try:
            async for _ in api.changes(path):
                is_stale.set()
        except (ApiError, ValueError):
            await asyncio.sleep(1.0)


def target_groups(endpoints: list[Object], pods: list[Object]) -> list[dict[str, Any]]:
    """Return one group for each address of each port of each Service, ready or not."""
    by_name = {pod["metadata"]["name"]: pod for pod in pods}
    groups = []
    for item in endpoints:
        for subset in item.get("subsets") or []:
            for port in subset.get("ports") or []:
                for address, is_ready in _addresses(subset):
                    pod = by_name.get((address.get("targetRef") or {}).get("name", ""))
                    labels = _labels(item, port, pod, is_ready=is_ready)
                    groups.append(
                        {"targets": [f"{address['ip']}:{port['port']}"], "labels": labels}
                    )
    return groups


def _addresses(subset: Object) -> list[tuple[Object, bool]]:
    ready = [(address, True) for address in subset.get("addresses") or []]
    return ready + [(address, False) for address in subset.get("notReadyAddresses") or []]


def _labels(item: Object, port: Object, pod: Object | None, *, is_ready: bool) -> dict[str, str]:
    labels = {
        "namespace": item["metadata"]["namespace"],
        "service_name": item["metadata"]["name"],
        "endpoint_port_name": port.get("name", ""),
        "endpoint_ready": "true" if is_ready else "false",
    }
    if pod is not None:
        labels |= {
            "pod_name": pod["metadata"]["name"],
            "pod_uid": pod["metadata"]["uid"],
            "pod_node_name": pod["spec"].get("nodeName", ""),
            "pod_phase": pod.get("status", {}).get("phase", ""),
            "pod_container_name": pod["spec"]["containers"][0]["name"],
        }
        for name, value in (pod["metadata"].get("labels") or {}).items():
            labels[f"pod_label_{_label_name(name)}"] = value
    return {f"{META}{name}": value for name, value in labels.items()}


def _label_name(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name)
