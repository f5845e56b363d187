"""Starts, signals and awaits processes through the shim, which outlives nobody."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.lab.node.shim import MESSAGE_BYTES

CLOSE_TIMEOUT_S = 10.0
_SHIM = Path(__file__).with_name("shim.py")
_SEND_RETRY_S = 0.005


class LaunchError(Exception):
    """A process could not be started; carries the operating system's reason."""


class ShimLostError(Exception):
    """The shim died, and every pod with it."""


@dataclass(frozen=True)
class Command:
    """What to run, and by which environment entries leftovers of it are recognised."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    marks: Sequence[str] = ()


@dataclass(frozen=True)
class Exit:
    """How a process ended; killed by a signal, its code is 128 and the signal's number."""

    code: int
    signal: int | None = None


class Process:
    """One started process."""

    def __init__(self, shim: ProcessShim, number: int, pid: int) -> None:
        self._shim = shim
        self._number = number
        self.pid = pid
        self.exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()

    async def wait(self) -> Exit:
        """Wait for the end; everything the process left running is dead by then."""
        return await asyncio.shield(self.exited)

    async def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if not self.exited.done():
            await self._shim.send({"op": "signal", "id": self._number, "signal": number}, ())

    def send_signal_soon(self, number: int) -> None:
        """Send a signal without waiting; lost only if the shim's socket is full just now."""
        if self.exited.done():
            return
        with contextlib.suppress(BlockingIOError):
            self._shim.send_now({"op": "signal", "id": self._number, "signal": number}, ())

    async def terminate(self, grace_s: float) -> Exit:
        """Ask the process to end, and kill it after `grace_s` seconds."""
        await self.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                return await self.wait()
        except TimeoutError:
            await self.send_signal(signal.SIGKILL)
        return await self.wait()


class ProcessShim:
    """The lab's end of the socket to the shim."""

    def __init__(self, program: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._program = program
        self._control = control
        self._numbers = itertools.count(1)
        self._starting: dict[int, asyncio.Future[Process]] = {}
        self._running: dict[int, Process] = {}
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(control, self._receive)

    @property
    def pid(self) -> int:
        """Return the shim's process id."""
        return self._program.pid

    @classmethod
    def start(cls, python: str) -> ProcessShim:
        """Start the shim with the given interpreter."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            ours.setblocking(False)  # noqa: FBT003 - the standard library has no other way
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE_BYTES)
            program = subprocess.Popen(
                [python, "-I", "-S", str(_SHIM), str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        return cls(program, ours)

    async def start_process(self, command: Command, stdout: int, stderr: int) -> Process:
        """Run a command with the given file descriptors as its output.

        Raises:
            LaunchError: when the operating system refuses.
        """
        number = next(self._numbers)
        started: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self._starting[number] = started
        request = {
            "op": "start",
            "id": number,
            "argv": list(command.argv),
            "env": dict(command.env),
            "cwd": str(command.cwd),
            "marks": list(command.marks),
        }
        try:
            await self.send(request, (stdout, stderr))
            return await started
        except OSError as error:
            raise LaunchError(error.strerror or str(error)) from error
        finally:
            self._starting.pop(number, None)

    async def send(self, message: Mapping[str, Any], fds: Sequence[int]) -> None:
        """Send one message to the shim, waiting while its socket is full."""
        while True:
            try:
                self.send_now(message, fds)
            except BlockingIOError:
                await asyncio.sleep(_SEND_RETRY_S)
            else:
                return

    def send_now(self, message: Mapping[str, Any], fds: Sequence[int]) -> None:
        """Send one message to the shim at once.

        Raises:
            BlockingIOError: when its socket is full.
            ShimLostError: when the shim is gone.
        """
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], list(fds))
        except (BrokenPipeError, ConnectionResetError):
            raise ShimLostError from None

    async def watch(self) -> None:
        """Wait until the shim is lost.

        Raises:
            ShimLostError: then.
        """
        await asyncio.shield(self._lost)
        raise ShimLostError

    async def close(self) -> None:
        """Kill every process and wait until the shim says by ending that none is left."""
        self._disconnect()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                while self._program.poll() is None:  # noqa: ASYNC110 - a process sets no event
                    await asyncio.sleep(0.01)
        if self._program.poll() is None:
            self._program.kill()  # PDEATHSIG takes the processes along
            self._program.wait()

    def _disconnect(self) -> None:
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        for process in self._running.values():
            if not process.exited.done():
                process.exited.set_result(Exit(128 + signal.SIGKILL, signal.SIGKILL))
        self._running.clear()
        for started in self._starting.values():
            if not started.done():
                started.cancel()

    def _receive(self) -> None:
        while True:
            try:
                data = self._control.recv(MESSAGE_BYTES)
            except BlockingIOError:
                return
            except ConnectionResetError:
                data = b""
            if not data:
                asyncio.get_running_loop().remove_reader(self._control)
                if not self._lost.done():
                    self._lost.set_result(None)
                return
            self._handle(json.loads(data))

    def _handle(self, news: Mapping[str, Any]) -> None:
        number = news["id"]
        match news["event"]:
            case "started":
                self._running[number] = Process(self, number, news["pid"])
                self._started(number)
            case "refused":
                self._refused(number, LaunchError(news["error"]))
            case "exited":
                process = self._running.pop(number)
                process.exited.set_result(Exit(news["code"], news["signal"]))
            case unknown:
                raise ValueError(f"the shim speaks of {unknown!r}")

    def _started(self, number: int) -> None:
        awaited = self._starting.get(number)
        if awaited is not None and not awaited.done():
            awaited.set_result(self._running[number])
        else:  # whoever wanted it was cancelled meanwhile
            self._running[number].send_signal_soon(signal.SIGKILL)

    def _refused(self, number: int, error: LaunchError) -> None:
        awaited = self._starting.get(number)
        if awaited is not None and not awaited.done():
            awaited.set_exception(error)
