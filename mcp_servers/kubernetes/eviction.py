"""Evicting pods one after the other, each by its uid, for as long as budgets and time let it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import kinds
from mcp_servers.kubernetes.api import Api, Json
from mcp_servers.kubernetes.fields import section
from mcp_servers.kubernetes.marks import PodMark
from mcp_servers.kubernetes.state import uid_of

SETTLE_S = 5.0
"""How long a pod is given to be gone before the next one is evicted."""
PAUSE_S = 0.5

_BUDGET = "disruption_budget"


@dataclass(frozen=True, slots=True)
class End:
    """What became of each pod, and what kept the others; empty when none is left."""

    pods: tuple[PodMark, ...]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Evicting:
    """Evicts pods, for `time_s` at most, `settle_s` given to each; looks again every `pause_s`."""

    reader: Api
    writer: Api
    time_s: float
    settle_s: float = SETTLE_S
    pause_s: float = PAUSE_S

    async def rehearse(self, pod: PodMark) -> str:
        """Return what keeps a pod at this moment, or an empty text.

        Raises:
            RefusedError: It may not be evicted for another reason than its budget.
        """
        return await self._evict(pod, dry_run=True) or ""

    async def all(
        self,
        pods: tuple[PodMark, ...],
        note: Callable[[tuple[PodMark, ...]], Awaitable[None]],
        stop: Callable[[], str],
    ) -> End:
        """Evict pods in their order; one that its budget keeps is tried again after the others.

        `note` is told whenever something became of a pod; `stop` says before each eviction why no
        further one may be made.
        """
        end = time.monotonic() + self.time_s
        known = {pod.uid: pod for pod in pods}
        keeping: dict[str, str] = {}
        while left := [pod for pod in known.values() if not pod.outcome]:
            for pod in left:
                late = _late(keeping) if time.monotonic() >= end else ""
                if stopped := stop() or late:
                    return End(tuple(known.values()), stopped)
                try:
                    became = await self._one(pod, keeping)
                except RefusedError as err:
                    return End(tuple(known.values()), f"{_place(pod)} stays: {err.reason}")
                if became.outcome:
                    known[pod.uid] = became
                    await note(tuple(known.values()))
                    await self._settle(pod)
            if any(not pod.outcome for pod in known.values()):
                await asyncio.sleep(self.pause_s)
        return End(tuple(known.values()))

    async def _one(self, pod: PodMark, keeping: dict[str, str]) -> PodMark:
        """Evict one pod, unless it is gone or leaves already; what keeps it is put into `keeping`."""
        live = await self._find(pod)
        is_leaving = live is None or section(live, "metadata").get("deletionTimestamp")
        kept = None if is_leaving else await self._evict(pod, dry_run=False)
        if kept:
            keeping[pod.uid] = f"{_place(pod)} stays: {kept}"
            return pod
        keeping.pop(pod.uid, None)
        return pod.model_copy(update={"outcome": "gone" if kept is None else "evicted"})

    async def _settle(self, pod: PodMark) -> None:
        """Wait until a pod is gone, though not for long: budgets count it in any case."""
        end = time.monotonic() + self.settle_s
        while time.monotonic() < end:
            if await self._find(pod) is None:
                return
            await asyncio.sleep(self.pause_s)

    async def _find(self, pod: PodMark) -> Json | None:
        """Return the very pod, or None when it is gone or another has its name."""
        try:
            live = await self.reader.get(kinds.POD, pod.namespace, pod.name)
        except RefusedError as err:
            if err.code == "not_found":
                return None
            raise
        return live if uid_of(live) == pod.uid else None

    async def _evict(self, pod: PodMark, *, dry_run: bool) -> str | None:
        """Return what keeps the pod, an empty text when it goes, or None when it is gone already."""
        try:
            await self.writer.evict(
                pod.namespace, pod.name, only_if={"uid": pod.uid}, dry_run=dry_run
            )
        except RefusedError as err:
            if err.code == _BUDGET:
                return err.reason
            if err.code in {"not_found", "conflict"}:
                return None
            raise
        return ""


def _late(keeping: dict[str, str]) -> str:
    return "; ".join(keeping.values()) or "time is up"


def _place(pod: PodMark) -> str:
    return f"{pod.namespace}/{pod.name}"
