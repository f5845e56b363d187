"""The life of one container: pull, configure, run, wait, and again, as its pod's policy asks."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import clock
from infrastructure.lab.node import backoff, environment
from infrastructure.lab.node.container_run import ContainerRun, End
from infrastructure.lab.node.images import Image
from infrastructure.lab.node.parts import NodeParts
from infrastructure.lab.node.processes import Command
from infrastructure.lab.node.pulling import Puller
from infrastructure.lab.node.status import ContainerView, waiting

Object = dict[str, Any]

CONFIG_RETRY_S = 2.0


class Container:
    """Keeps one container of a pod in the state its restart policy asks for."""

    def __init__(
        self, pod: Object, spec: Object, node: NodeParts, pod_ip: str, changed: Callable[[], None]
    ) -> None:
        self._pod = pod
        self._spec = spec
        self._node = node
        self._pod_ip = pod_ip
        self._changed = changed
        self._stopping = asyncio.Event()
        self._run: ContainerRun | None = None
        self._runs = 0
        self._last: Object = {}
        self.view = ContainerView(
            spec["name"], spec["image"], waiting("ContainerCreating"), last={}
        )

    async def run(self, *, is_init: bool = False) -> None:
        """Run the container until it has ended for good or was stopped.

        An init container is run again only when it failed, whatever the pod's policy says.
        """
        policy = self._pod["spec"].get("restartPolicy", "Always")
        if is_init and policy == "Always":
            policy = "OnFailure"
        puller = Puller(self._pod, self._spec, self._node, self._show_waiting)
        restarts = backoff.Backoff(self._node.config.backoff, first_is_free=True)
        while True:
            image = await puller.pull(self._stopping)
            command = await self._configure(image) if image is not None else None
            if command is None:
                return
            end = await self._run_once(command)
            if self._stopping.is_set() or not _is_run_again(policy, end):
                return
            await self._back_off(restarts.next_wait_s(end.ran_s))
            if self._stopping.is_set():
                return

    async def stop(self, grace_s: float) -> None:
        """End the container for good: ask, and kill after `grace_s` seconds."""
        self._stopping.set()
        if self._run is not None:
            self.tell("Normal", "Killing", f"Stopping container {self.view.name}")
            await self._run.stop(grace_s)

    def kill(self) -> None:
        """Kill the container now; for a stop whose grace was shortened meanwhile."""
        self._stopping.set()
        if self._run is not None:
            self._run.kill()

    def on_running(self, began: datetime, container_id: str) -> None:
        """Show that the container runs, since when and under which id."""
        self._show(
            state={"running": {"startedAt": clock.stamp(began)}},
            last=self._last,
            restarts=self._runs,
            container_id=container_id,
            image_id=f"lab://{self.view.image}",
        )

    def on_verdict(self, kind: str, *, holds: bool) -> None:
        """Show what the startup or the readiness probe says."""
        if kind == "readiness":
            self._show(is_ready=holds)
        else:
            self._show(is_started=True, is_ready=not self._spec.get("readinessProbe"))

    def tell(self, kind: str, reason: str, message: str) -> None:
        """Record an event of type `kind` about the container."""
        self._node.tell(self._pod, self.view.name, kind, reason, message)

    async def _configure(self, image: Image) -> Command | None:
        around = environment.Surroundings(
            self._node.store,
            self._pod_ip,
            self._node.config.host_ip,
            self._node.config.environment,
        )
        while not self._stopping.is_set():
            try:
                env = environment.environment_of(self._pod, self._spec, image, around)
                return self._command(image, env)
            except environment.ConfigError as error:
                self._show_waiting("CreateContainerConfigError", str(error))
                self.tell("Warning", "Failed", f"Error: {error}")
                await self._pause(CONFIG_RETRY_S)
        return None

    def _command(self, image: Image, env: dict[str, str]) -> Command:
        argv = environment.command_of(self._spec, image, env)
        scratch = self._node.config.state_dir / "pods" / self._pod["metadata"]["uid"]
        scratch.mkdir(parents=True, exist_ok=True)
        marks = [f"{name}={env[name]}" for name in ("HOSTNAME", "POD_IP")]
        return Command(argv, env, scratch / self._spec.get("workingDir", ""), marks)

    async def _run_once(self, command: Command) -> End:
        self._run = ContainerRun(self._pod, self._spec, self._node, self._runs, self)
        try:
            end = await self._run.execute(command)
        finally:
            self._run = None
        self._last = {"terminated": end.shown()}
        if end.reason == "OOMKilled":
            self._node.containers.count_oom(self._pod["metadata"]["uid"], self.view.name)
        self._show(
            state=self._last,
            is_ready=False,
            is_started=False,
            restarts=self._runs,
            container_id=end.container_id,
        )
        return end

    async def _back_off(self, wait_s: float) -> None:
        if wait_s:
            meta, name = self._pod["metadata"], self.view.name
            full = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
            waits = f"back-off {backoff.written(wait_s)} restarting failed"
            self._show_waiting("CrashLoopBackOff", f"{waits} container={name} pod={full}")
            message = f"Back-off restarting failed container {name} in pod {full}"
            self.tell("Warning", "BackOff", message)
            await self._pause(wait_s)
        self._runs += 1

    def _show_waiting(self, reason: str, message: str) -> None:
        self._show(state=waiting(reason, message), last=self._last)

    def _show(self, **changes: Any) -> None:
        self.view = dataclasses.replace(self.view, **changes)
        self._changed()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _is_run_again(policy: str, end: End) -> bool:
    match policy:
        case "Always":
            return True
        case "OnFailure":
            return end.exit.code != 0
        case _:
            return False
