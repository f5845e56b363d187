"""Enforces memory limits: a container that outgrows its own is killed, as a cgroup would."""

from __future__ import annotations

import asyncio

from infrastructure.lab.node.proctree import resident_bytes
from infrastructure.lab.node.running import RunningContainers

SAMPLE_S = 0.1


async def guard(containers: RunningContainers) -> None:
    """Measure every container that has a limit, ten times a second, until cancelled."""
    while True:
        for running in containers:
            if running.memory_limit:
                used = resident_bytes(running.pid)
                if used > running.memory_limit:
                    running.on_oom(running, used)
        await asyncio.sleep(SAMPLE_S)
