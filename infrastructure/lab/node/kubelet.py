"""The node's agent: brings every pod that is bound to the node to life, and to its end."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from infrastructure.lab.cluster.store import KINDS, Change, Gone, NotFound, Store
from infrastructure.lab.node import logs, memory, registration
from infrastructure.lab.node.addresses import PodAddresses
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.exporter import Exporter
from infrastructure.lab.node.janitor import Janitor
from infrastructure.lab.node.parts import NodeParts
from infrastructure.lab.node.pod import PodRunner
from infrastructure.lab.node.processes import ProcessShim

Object = dict[str, Any]

_POD = KINDS["Pod"]
_DEFAULT_GRACE_S = 30
_log = structlog.get_logger()


async def run(store: Store, *, config: NodeConfig) -> None:
    """Run the node until cancelled; no process of a pod is left then.

    Raises:
        OSError: when the metrics port is taken.
    """
    shim = ProcessShim.start(config.python)
    try:
        parts = NodeParts(store, config, shim)
        kubelet = Kubelet(parts)
        registration.register(parts)
        async with asyncio.TaskGroup() as group:
            group.create_task(shim.watch(), name="shim")
            group.create_task(memory.guard(parts.containers), name="memory")
            group.create_task(registration.keep_alive(parts), name="heartbeat")
            group.create_task(kubelet.janitor.run(), name="janitor")
            group.create_task(Exporter(parts).run(), name="exporter")
            group.create_task(kubelet.run(), name="kubelet")
    finally:
        await shim.close()


class Kubelet:
    """Keeps one runner per pod of the node."""

    def __init__(self, node: NodeParts) -> None:
        self._node = node
        self._runners: dict[str, PodRunner] = {}
        self._addresses = PodAddresses(node.config.network, node.config.share)
        self.janitor = Janitor()

    async def run(self) -> None:
        """Follow the pods of the node until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                subscription = self._node.store.subscribe()
                self._catch_up(group)
                try:
                    async for change in subscription:
                        if change.kind is _POD:
                            self._on_change(change, group)
                except Gone:
                    _log.warning("kubelet_relisted")
                finally:
                    subscription.close()

    def _catch_up(self, group: asyncio.TaskGroup) -> None:
        pods = self._node.store.peek_all(_POD)
        for pod in pods:
            self._look_at(pod, group)
        present = {pod["metadata"]["uid"] for pod in pods}
        for uid, runner in self._runners.items():
            if uid not in present:
                runner.want_stop(0)

    def _on_change(self, change: Change, group: asyncio.TaskGroup) -> None:
        # The change may be old news: what counts is the pod as it is now.
        meta = change.object["metadata"]
        try:
            pod = self._node.store.peek(_POD, meta["namespace"], meta["name"])
        except NotFound:
            pod = None
        if pod is not None:
            self._look_at(pod, group)
        if pod is None or pod["metadata"]["uid"] != meta["uid"]:
            runner = self._runners.get(meta["uid"])
            if runner is not None:
                runner.want_stop(0)  # removed by force: there is nothing left to wait for

    def _look_at(self, pod: Object, group: asyncio.TaskGroup) -> None:
        meta = pod["metadata"]
        if pod["spec"].get("nodeName") != self._node.config.node_name:
            return
        runner = self._runners.get(meta["uid"])
        if runner is None:
            runner = PodRunner(pod, self._node, self._addresses.take())
            self._runners[meta["uid"]] = runner
            group.create_task(self._accompany(pod, runner), name=f"pod {meta['name']}")
        if meta.get("deletionTimestamp"):
            runner.want_stop(meta.get("deletionGracePeriodSeconds", _DEFAULT_GRACE_S))

    async def _accompany(self, pod: Object, runner: PodRunner) -> None:
        try:
            await runner.run()
        except Exception:  # noqa: BLE001 - outermost: one pod's trouble must not end the others
            _log.exception("pod_failed", pod=pod["metadata"]["name"])
        finally:
            del self._runners[pod["metadata"]["uid"]]
            self._addresses.give_back(runner.pod_ip)
            self._node.containers.forget_pod(pod["metadata"]["uid"])
            self._node.probed.forget_pod(pod["metadata"]["uid"])
            self.janitor.give_up(logs.pod_folder(self._node.config.state_dir, pod))
