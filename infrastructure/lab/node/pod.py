"""The life of one pod: its containers, its status, and its orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Sequence
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.cluster.store import KINDS, Conflict, NotFound
from infrastructure.lab.node.container import Container
from infrastructure.lab.node.parts import NodeParts
from infrastructure.lab.node.status import Place, pod_status

Object = dict[str, Any]

_POD = KINDS["Pod"]


class PodRunner:
    """Runs one pod until it is deleted."""

    def __init__(self, pod: Object, node: NodeParts, pod_ip: str) -> None:
        self._pod = pod
        self._node = node
        self.pod_ip = pod_ip
        self._place = Place(pod_ip, node.config.host_ip, clock.now())
        self._grace_s: float | None = None
        self._stop_wanted = asyncio.Event()
        self._init = self._containers("initContainers")
        self._main = self._containers("containers")

    def want_stop(self, grace_s: float) -> None:
        """Ask for the pod's end; a later call may only shorten the grace."""
        if self._grace_s is None:
            self._grace_s = grace_s
            self._stop_wanted.set()
        elif grace_s < self._grace_s:
            self._grace_s = grace_s
            loop = asyncio.get_running_loop()
            for container in self._everyone():
                loop.call_later(grace_s, container.kill)

    async def run(self) -> None:
        """Run the containers; when the pod is deleted, end them and remove it from the store."""
        self._warn_of_volumes()
        self._publish()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live())
            await self._stop_wanted.wait()
            await self._end()
        self._publish()
        self._clean_up()

    async def _live(self) -> None:
        for container in self._init:
            await container.run(is_init=True)
            if self._stop_wanted.is_set() or not _succeeded(container):
                return
        async with asyncio.TaskGroup() as group:
            for container in self._main:
                group.create_task(container.run())

    async def _end(self) -> None:
        async with asyncio.TaskGroup() as group:
            for container in self._everyone():
                group.create_task(container.stop(self._grace_s or 0))

    def _everyone(self) -> Sequence[Container]:
        return (*self._init, *self._main)

    def _containers(self, field: str) -> Sequence[Container]:
        return [
            Container(self._pod, spec, self._node, self.pod_ip, self._publish)
            for spec in self._pod["spec"].get(field) or ()
        ]

    def _publish(self) -> None:
        meta = self._pod["metadata"]
        try:
            current = self._node.store.peek(_POD, meta["namespace"], meta["name"])
        except NotFound:
            return
        status = pod_status(
            current,
            [container.view for container in self._init],
            [container.view for container in self._main],
            self._place,
            clock.now(),
        )
        target = {name: meta[name] for name in ("namespace", "name", "uid")}
        with contextlib.suppress(Conflict):  # another pod has the name by now
            self._node.store.update(_POD, {"metadata": target, "status": status}, status=True)

    def _clean_up(self) -> None:
        meta = self._pod["metadata"]
        shutil.rmtree(self._node.config.state_dir / "pods" / meta["uid"], ignore_errors=True)
        with contextlib.suppress(NotFound, Conflict):
            self._node.store.delete(_POD, meta["namespace"], meta["name"], uid=meta["uid"])

    def _warn_of_volumes(self) -> None:
        for volume in self._pod["spec"].get("volumes") or ():
            if "projected" not in volume:
                message = f'the lab mounts no volumes: volume "{volume["name"]}" will not be there'
                self._node.tell_pod_news(self._pod, "FailedMount", message)


def _succeeded(container: Container) -> bool:
    return bool(container.view.state.get("terminated", {}).get("exitCode") == 0)
