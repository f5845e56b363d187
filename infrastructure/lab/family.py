"""Own the processes of a lab: start them, start them again, end them, and say how they fare."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infrastructure.lab import identity, tether
from infrastructure.lab.labdir import LabDir, write_json

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the package, so that children find it whatever their folder."""

RESTART_PAUSE_S = 1.0
END_GRACE_S = 8.0


@dataclass(frozen=True)
class Program:
    """One process of the lab."""

    name: str
    command: list[str]
    cwd: Path = ROOT
    is_restartable: bool = True
    """False for the cluster: its objects are in its memory, a new one would be another cluster."""


@dataclass
class Child:
    """A program and the process that runs it now."""

    program: Program
    process: asyncio.subprocess.Process
    identity: identity.Identity | None
    restarts: int = 0
    last_exit: int | None = None
    keeper: asyncio.Task[None] | None = field(default=None, repr=False)


class Family:
    """The processes of one lab."""

    def __init__(self, lab: LabDir) -> None:
        """Take the folder in which outputs and identities are written."""
        self._lab = lab
        self._children: dict[str, Child] = {}

    async def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        process = await self._spawn(program)
        child = Child(program, process, identity.of(process.pid))
        self._children[program.name] = child
        self._write()
        child.keeper = asyncio.create_task(self._keep(child))

    def pid(self, name: str) -> int:
        """Return the pid of a process."""
        return self._children[name].process.pid

    def ended(self) -> list[str]:
        """Return what can be said of processes that have ended by themselves, restarted or not."""
        return [
            f"{name} ended with {child.last_exit}; see {self._lab.output(name)}"
            for name, child in self._children.items()
            if child.last_exit is not None
        ]

    async def end_all(self) -> None:
        """End every process, all at the same time."""
        await self.end_some(tuple(self._children))

    async def end_some(self, names: tuple[str, ...]) -> None:
        """End some processes, all at the same time; those not there are passed over."""
        chosen = [self._children[name] for name in names if name in self._children]
        for child in chosen:
            if child.keeper is not None:
                child.keeper.cancel()
        async with asyncio.TaskGroup() as group:
            for child in chosen:
                group.create_task(_end(child.process))
        for child in chosen:
            del self._children[child.program.name]
        self._write()

    async def _keep(self, child: Child) -> None:
        while True:
            child.last_exit = await child.process.wait()
            self._write()
            if not child.program.is_restartable:
                return
            await asyncio.sleep(RESTART_PAUSE_S)
            child.process = await self._spawn(child.program)
            child.identity = identity.of(child.process.pid)
            child.restarts += 1
            self._write()

    async def _spawn(self, program: Program) -> asyncio.subprocess.Process:
        output = self._lab.output(program.name)
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as stream:
            return await asyncio.create_subprocess_exec(
                *program.command,
                cwd=program.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=_environment(),
                start_new_session=True,
                preexec_fn=tether.prepare(),
            )

    def _write(self) -> None:
        """Write who is who, for those who must find or end these processes without us."""
        own = identity.of(os.getpid())
        write_json(
            self._lab.processes,
            {
                "supervisor": None if own is None else vars(own),
                "children": {name: _described(child) for name, child in self._children.items()},
            },
        )


def _described(child: Child) -> dict[str, object]:
    return {
        "identity": None if child.identity is None else vars(child.identity),
        "is_restartable": child.program.is_restartable,
        "restarts": child.restarts,
        "last_exit": child.last_exit,
    }


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(END_GRACE_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _environment() -> Mapping[str, str]:
    """Return the little that children inherit: nothing of the shell may lead them elsewhere."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
