"""The life of one container: pull, configure, start, probe, end, wait, and again."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import clock, quantities
from infrastructure.lab.node import backoff, environment, logs, probes
from infrastructure.lab.node.images import Image
from infrastructure.lab.node.log_writer import LogPump, LogWriter, forget_old_runs
from infrastructure.lab.node.parts import HOST_IP, NodeParts
from infrastructure.lab.node.probing import Prober
from infrastructure.lab.node.processes import Command, Exit, LaunchError, Process
from infrastructure.lab.node.pulling import Puller
from infrastructure.lab.node.running import Running
from infrastructure.lab.node.status import ContainerView, waiting

Object = dict[str, Any]

CONFIG_RETRY_S = 1.0
START_ERROR_CODE = 128


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
        self._policy = pod["spec"].get("restartPolicy", "Always")
        self._stopping = asyncio.Event()
        self._process: Process | None = None
        self._backoff = backoff.Backoff(node.config.backoff, first_is_free=True)
        self._oom_events = 0
        self._run = 0
        self._last: Object = {}
        self.view = ContainerView(
            spec["name"], spec["image"], waiting("ContainerCreating"), last={}
        )

    async def run(self, *, is_init: bool = False) -> None:
        """Run the container until it has ended for good or was stopped.

        An init container is run again only when it failed, whatever the pod's policy says.
        """
        if is_init and self._policy == "Always":
            self._policy = "OnFailure"
        puller = Puller(self._pod, self._spec, self._node, self._show_waiting)
        while True:
            image = await puller.pull(self._stopping)
            command = await self._configure(image) if image is not None else None
            if command is None:
                return
            ran_s = await self._run_once(command)
            if self._stopping.is_set() or not self._is_run_again():
                return
            await self._wait_for_restart(ran_s)
            if self._stopping.is_set():
                return
            self._run += 1

    async def stop(self, grace_s: float) -> None:
        """End the container for good: ask, and kill after `grace_s` seconds."""
        self._stopping.set()
        if self._process is not None and not self._process.exited.done():
            self._tell("Normal", "Killing", f"Stopping container {self.view.name}")
            await self._process.terminate(grace_s)

    def kill(self) -> None:
        """Kill the container now; for a stop whose grace was shortened meanwhile."""
        if self._process is not None:
            self._process.send_signal_soon(signal.SIGKILL)

    async def _configure(self, image: Image) -> Command | None:
        around = environment.Surroundings(
            self._node.store, self._pod_ip, HOST_IP, self._node.config.environment
        )
        while not self._stopping.is_set():
            try:
                env = environment.environment_of(self._pod, self._spec, image, around)
                return self._command(image, env)
            except environment.ConfigError as error:
                self._show_waiting("CreateContainerConfigError", str(error))
                self._tell("Warning", "Failed", f"Error: {error}")
                await self._pause(CONFIG_RETRY_S)
        return None

    def _command(self, image: Image, env: dict[str, str]) -> Command:
        argv = environment.command_of(self._spec, image, env)
        scratch = self._node.config.state_dir / "pods" / self._pod["metadata"]["uid"]
        scratch.mkdir(parents=True, exist_ok=True)
        marks = [f"{name}={env[name]}" for name in ("HOSTNAME", "POD_IP")]
        cwd = scratch / self._spec["workingDir"] if self._spec.get("workingDir") else scratch
        return Command(argv, env, cwd, marks)

    async def _run_once(self, command: Command) -> float:
        """Run the container once; return for how many seconds it ran."""
        began = clock.now()
        path = logs.run_file(self._node.config.state_dir, self._pod, self.view.name, self._run)
        writer = LogWriter(path)
        forget_old_runs(path.parent, self._run)
        pumps = [LogPump(writer, stream) for stream in ("stdout", "stderr")]
        container_id = f"lab://{secrets.token_hex(32)}"
        try:
            out, err = (pump.write_fd for pump in pumps)
            process = await self._node.shim.start_process(command, out, err)
            for pump in pumps:
                pump.started()
            end, reason = await self._accompany(process, command, began, container_id)
        except LaunchError as error:
            end, reason = Exit(START_ERROR_CODE), "StartError"
            message = _start_error(command.argv[0], error)
            self._tell("Warning", "Failed", f"Error: {message}")
            self._show_end(end, reason, began, container_id, message)
        else:
            self._show_end(end, reason, began, container_id)
        finally:
            for pump in pumps:
                pump.finish()
            writer.close()
        return (clock.now() - began).total_seconds()

    async def _accompany(
        self, process: Process, command: Command, began: datetime, container_id: str
    ) -> tuple[Exit, str]:
        """Watch over a started process; return how it ended and the reason to show."""
        self._process = process
        running = self._register(process, began)
        self._tell("Normal", "Created", f"Created container: {self.view.name}")
        self._tell("Normal", "Started", f"Started container {self.view.name}")
        self._show(
            state={"running": {"startedAt": clock.stamp(began)}},
            last=self._last,
            restarts=self._run,
            container_id=container_id,
            image_id=f"lab://{self.view.image}",
        )
        target = probes.Target(self._spec, self._pod_ip, command, self._node.shim)
        try:
            async with asyncio.TaskGroup() as group:
                probing = group.create_task(Prober(target, self._decide, self._complain).run())
                if self._stopping.is_set():  # asked while the process was being started
                    await process.terminate(0)
                end = await process.wait()
                probing.cancel()
        finally:
            self._node.containers.remove(process.pid)
        if running.oom_events > self._oom_events:
            self._oom_events = running.oom_events
            return end, "OOMKilled"
        return end, "Completed" if end.code == 0 else "Error"

    def _register(self, process: Process, began: datetime) -> Running:
        limits = (self._spec.get("resources") or {}).get("limits") or {}

        def on_oom(used: int) -> None:
            self._outgrown(running, process, used)

        running = Running(
            namespace=self._pod["metadata"]["namespace"],
            pod=self._pod["metadata"]["name"],
            container=self.view.name,
            image=self.view.image,
            pid=process.pid,
            memory_limit=int(quantities.parse(str(limits.get("memory", "0")))),
            oom_events=self._oom_events,
            started=began.timestamp(),
            on_oom=on_oom,
        )
        self._node.containers.add(running)
        return running

    def _outgrown(self, running: Running, process: Process, used: int) -> None:
        if running.oom_events > self._oom_events or process.exited.done():
            return  # the kill is on its way
        running.oom_events += 1
        process.send_signal_soon(signal.SIGKILL)
        self._node.tell_kernel_news(
            "OOMKilling",
            f"Memory cgroup out of memory: Killed process {process.pid} "
            f"({self.view.name}) anon-rss:{used // 1024}kB",
        )

    async def _decide(self, kind: str, holds: bool) -> None:  # noqa: FBT001 - a verdict
        match kind, holds:
            case "startup", True:
                self._show(is_started=True, is_ready=not self._spec.get("readinessProbe"))
            case "readiness", _:
                self._show(is_ready=holds)
            case _, False:
                await self._kill_unhealthy(kind)
            case _:
                return

    async def _kill_unhealthy(self, kind: str) -> None:
        if self._process is None or self._stopping.is_set():
            return
        name = self.view.name
        message = f"Container {name} failed {kind} probe, will be restarted"
        self._tell("Normal", "Killing", message)
        probe = self._spec[f"{kind}Probe"]
        default_s = self._pod["spec"].get("terminationGracePeriodSeconds", 30)
        await self._process.terminate(probe.get("terminationGracePeriodSeconds", default_s))

    def _complain(self, kind: str, message: str) -> None:
        self._tell("Warning", "Unhealthy", f"{kind.capitalize()} probe failed: {message}")

    def _is_run_again(self) -> bool:
        terminated = self.view.state["terminated"]
        match self._policy:
            case "Always":
                return True
            case "OnFailure":
                return bool(terminated["exitCode"] != 0)
            case _:
                return False

    async def _wait_for_restart(self, ran_s: float) -> None:
        wait_s = self._backoff.next_wait_s(ran_s)
        if not wait_s:
            return
        meta = self._pod["metadata"]
        name = self.view.name
        full = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
        message = (
            f"back-off {backoff.written(wait_s)} restarting failed container={name} pod={full}"
        )
        self._show_waiting("CrashLoopBackOff", message)
        self._tell(
            "Warning", "BackOff", f"Back-off restarting failed container {name} in pod {full}"
        )
        await self._pause(wait_s)

    def _show_end(
        self, end: Exit, reason: str, began: datetime, container_id: str, message: str = ""
    ) -> None:
        ended = {
            "exitCode": end.code,
            **({"signal": end.signal} if end.signal else {}),
            "reason": reason,
            **({"message": message} if message else {}),
            "startedAt": clock.stamp(began),
            "finishedAt": clock.stamp(clock.now()),
            "containerID": container_id,
        }
        self._process = None
        self._last = {"terminated": ended}
        self._show(
            state=self._last,
            restarts=self._run,
            is_ready=False,
            is_started=False,
            container_id=container_id,
        )

    def _show_waiting(self, reason: str, message: str) -> None:
        self._show(state=waiting(reason, message), last=self._last)

    def _show(self, **changes: Any) -> None:
        self.view = dataclasses.replace(self.view, **changes)
        self._changed()

    def _tell(self, kind: str, reason: str, message: str) -> None:
        self._node.tell(self._pod, self.view.name, kind, reason, message)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return


def _start_error(program: str, error: LaunchError) -> str:
    reason = str(error)
    if reason == "No such file or directory":
        reason = "executable file not found in $PATH"
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
        f'runc create failed: unable to start container process: exec: "{program}": {reason}'
    )
