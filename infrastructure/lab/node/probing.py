"""Runs a container's probes in their rhythm and counts until a verdict changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.node import probes

Object = dict[str, Any]
Verdict = Callable[[str, bool], Awaitable[None]]
"""Called with startup, readiness or liveness, and whether it holds, whenever that is decided."""
Hearing = Callable[[str, probes.Answer], None]
"""Called with the kind of probe and each answer."""


@dataclass
class Counter:
    """Turns single answers into a verdict: so many in a row the same way."""

    success_threshold: int
    failure_threshold: int
    _streak: int = 0
    _last: bool | None = None

    def add(self, *, is_ok: bool) -> bool | None:
        """Count one answer; return the verdict, or None while the streak is too short."""
        self._streak = self._streak + 1 if is_ok == self._last else 1
        self._last = is_ok
        threshold = self.success_threshold if is_ok else self.failure_threshold
        return is_ok if self._streak >= threshold else None


class Prober:
    """The probes of one running container."""

    def __init__(self, target: probes.Target, verdict: Verdict, hearing: Hearing) -> None:
        self._target = target
        self._verdict = verdict
        self._hearing = hearing

    async def run(self, *, settle_s: float) -> None:
        """Probe until cancelled; nothing else is asked before the startup probe succeeded.

        Without a startup probe the container counts as started after `settle_s` seconds.
        """
        container = self._target.container
        if container.get("startupProbe"):
            await self._repeat("startup", container["startupProbe"], until_ok=True)
        else:
            await asyncio.sleep(settle_s)
        await self._verdict("startup", True)  # noqa: FBT003 - a verdict is what it is called with
        async with asyncio.TaskGroup() as group:
            for kind in ("readiness", "liveness"):
                probe = container.get(f"{kind}Probe")
                if probe:
                    group.create_task(self._repeat(kind, probe))

    async def _repeat(self, kind: str, probe: Object, *, until_ok: bool = False) -> None:
        counter = Counter(probe.get("successThreshold", 1), probe.get("failureThreshold", 3))
        await asyncio.sleep(probe.get("initialDelaySeconds", 0))
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            answer = await probes.ask(probe, self._target)
            self._hearing(kind, answer)
            verdict = counter.add(is_ok=answer.is_ok)
            if verdict is not None:
                await self._verdict(kind, verdict)
            if verdict and until_ok:
                return
            # A slow answer shortens the pause, but never makes the next question hurry.
            due = max(due + probe.get("periodSeconds", 10), loop.time())
            await asyncio.sleep(due - loop.time())
