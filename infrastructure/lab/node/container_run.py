"""One run of a container: a process with its logs, its probes and its memory limit."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from infrastructure.lab.cluster import clock, quantities
from infrastructure.lab.node import logs, probes
from infrastructure.lab.node.log_writer import LogPump, LogWriter, forget_old_runs
from infrastructure.lab.node.parts import NodeParts
from infrastructure.lab.node.probe_counts import Probed
from infrastructure.lab.node.probing import Prober
from infrastructure.lab.node.processes import Command, Exit, LaunchError, Process
from infrastructure.lab.node.running import Running

Object = dict[str, Any]

START_ERROR_CODE = 128
SETTLE_S = 0.5
"""A container without a startup probe counts as started this long after its process did.

A real kubelet looks once a second, so that a container which dies at once is never seen ready.
"""


@dataclass(frozen=True)
class End:
    """How a run ended."""

    exit: Exit
    reason: str
    message: str
    container_id: str
    began: datetime
    ended: datetime

    @property
    def ran_s(self) -> float:
        """Return for how many seconds it ran."""
        return (self.ended - self.began).total_seconds()

    def shown(self) -> Object:
        """Return the end in the shape of a `terminated` state."""
        return {
            "exitCode": self.exit.code,
            **({"signal": self.exit.signal} if self.exit.signal else {}),
            "reason": self.reason,
            **({"message": self.message} if self.message else {}),
            "startedAt": clock.stamp(self.began),
            "finishedAt": clock.stamp(self.ended),
            "containerID": self.container_id,
        }


class Observer(Protocol):
    """Who wants to know how a run goes."""

    def on_running(self, began: datetime, container_id: str) -> None:
        """Learn that the process runs."""

    def on_verdict(self, kind: str, *, holds: bool) -> None:
        """Learn what the startup or the readiness probe says."""

    def tell(self, kind: str, reason: str, message: str) -> None:
        """Record an event of type `kind` about the container."""


@dataclass
class ContainerRun:
    """Runs a container's process once."""

    pod: Object
    spec: Object
    node: NodeParts
    number: int
    """Counts the container's runs from 0."""
    observer: Observer

    def __post_init__(self) -> None:
        self._process: Process | None = None
        self._is_stopped = False
        self._is_outgrown = False
        self._began = clock.now()
        self._container_id = f"lab://{secrets.token_hex(32)}"

    async def execute(self, command: Command) -> End:
        """Run the process to its end; never raises because of what the container does."""
        try:
            end = await self._run(command)
        except (LaunchError, OSError) as error:
            message = _start_error(command.argv[0], error)
            self.observer.tell("Warning", "Failed", f"Error: {message}")
            return self._end(Exit(START_ERROR_CODE), "StartError", message)
        if self._is_outgrown:
            return self._end(end, "OOMKilled")
        return self._end(end, "Completed" if end.code == 0 else "Error")

    async def stop(self, grace_s: float) -> None:
        """End the process: ask, and kill after `grace_s` seconds."""
        self._is_stopped = True
        if self._process is not None:
            await self._process.terminate(grace_s)

    def kill(self) -> None:
        """Kill the process now."""
        self._is_stopped = True
        if self._process is not None:
            self._process.send_signal_soon(signal.SIGKILL)

    async def _run(self, command: Command) -> Exit:
        path = logs.run_file(self.node.config.state_dir, self.pod, self.spec["name"], self.number)
        with contextlib.ExitStack() as open_things:
            writer = open_things.enter_context(contextlib.closing(LogWriter(path)))
            forget_old_runs(path.parent, self.number)
            out, err = LogPump(writer, "stdout"), LogPump(writer, "stderr")
            open_things.callback(out.finish)
            open_things.callback(err.finish)
            process = await self.node.shim.start_process(command, out.write_fd, err.write_fd)
            out.started()
            err.started()
            return await self._accompany(process, command)

    async def _accompany(self, process: Process, command: Command) -> Exit:
        self._process = process
        self._began = clock.now()
        name = self.spec["name"]
        self.node.containers.add(self._registered(process))
        self.observer.tell("Normal", "Created", f"Created container: {name}")
        self.observer.tell("Normal", "Started", f"Started container {name}")
        self.observer.on_running(self._began, self._container_id)
        pod_ip = command.env["POD_IP"]
        target = probes.Target(self.spec, pod_ip, command, self.node.shim)
        prober = Prober(target, self._decide, self._hear)
        try:
            async with asyncio.TaskGroup() as group:
                probing = group.create_task(prober.run(settle_s=SETTLE_S))
                if self._is_stopped:  # asked while the process was being started
                    await process.terminate(0)
                end = await process.wait()
                probing.cancel()
        finally:
            self.node.containers.remove(process.pid)
            process.send_signal_soon(signal.SIGKILL)  # if we are cancelled while it runs
        return end

    def _registered(self, process: Process) -> Running:
        limits = (self.spec.get("resources") or {}).get("limits") or {}
        meta = self.pod["metadata"]
        return Running(
            namespace=meta["namespace"],
            pod=meta["name"],
            uid=meta["uid"],
            container=self.spec["name"],
            image=self.spec["image"],
            pid=process.pid,
            memory_limit=int(quantities.parse(str(limits.get("memory", "0")))),
            started=self._began.timestamp(),
            on_oom=self._outgrown,
        )

    def _outgrown(self, running: Running, used_bytes: int) -> None:
        if self._is_outgrown:
            return  # the kill is on its way
        self._is_outgrown = True
        self.kill()
        self.node.tell_kernel_news(
            "OOMKilling",
            f"Memory cgroup out of memory: Killed process {running.pid} "
            f"({running.container}) anon-rss:{used_bytes // 1024}kB",
        )

    async def _decide(self, kind: str, holds: bool) -> None:  # noqa: FBT001 - a verdict
        if kind == "readiness" or (kind == "startup" and holds):
            self.observer.on_verdict(kind, holds=holds)
        elif not holds:
            await self._kill_unhealthy(kind)

    async def _kill_unhealthy(self, kind: str) -> None:
        if self._process is None or self._is_stopped:
            return
        name = self.spec["name"]
        message = f"Container {name} failed {kind} probe, will be restarted"
        self.observer.tell("Normal", "Killing", message)
        default_s = self.pod["spec"].get("terminationGracePeriodSeconds", 30)
        probe = self.spec[f"{kind}Probe"]
        await self._process.terminate(probe.get("terminationGracePeriodSeconds", default_s))

    def _hear(self, kind: str, answer: probes.Answer) -> None:
        meta, name = self.pod["metadata"], self.spec["name"]
        probed = Probed(meta["namespace"], meta["name"], meta["uid"], name, kind)
        self.node.probed.add(probed, is_ok=answer.is_ok)
        if answer.is_ok or self._is_stopped:
            return  # one that is on its way out says so: that is no news
        told = f"{kind.capitalize()} probe failed: {answer.message}"
        self.observer.tell("Warning", "Unhealthy", told)

    def _end(self, end: Exit, reason: str, message: str = "") -> End:
        self._process = None
        return End(end, reason, message, self._container_id, self._began, clock.now())


def _start_error(program: str, error: LaunchError | OSError) -> str:
    reason = str(error)
    if reason == "No such file or directory":
        reason = "executable file not found in $PATH"
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
        f'runc create failed: unable to start container process: exec: "{program}": {reason}'
    )
