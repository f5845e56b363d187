"""The containers that run right now, and what they use of the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from infrastructure.lab.node.proctree import Usage, sample


@dataclass(frozen=True)
class ContainerUsage:
    """What one running container uses."""

    namespace: str
    pod: str
    container: str
    image: str
    rss_bytes: int
    cpu_seconds: float
    memory_limit: int
    """In bytes; 0 means none."""
    oom_events: int
    started: float
    """Unix time in seconds."""


@dataclass
class Running:
    """One running container."""

    namespace: str
    pod: str
    uid: str
    """The pod's."""
    container: str
    image: str
    pid: int
    memory_limit: int
    """In bytes; 0 means none."""
    started: float
    """Unix time in seconds."""
    on_oom: Callable[[Running, int], None]
    """Called with the resident bytes when the container outgrew its limit."""
    peak_cpu_s: float = field(default=0.0)

    def usage(self, oom_events: int) -> ContainerUsage:
        """Return what the container uses now; its CPU time never goes down."""
        now = self.sample()
        self.peak_cpu_s = max(self.peak_cpu_s, now.cpu_seconds)
        return ContainerUsage(
            namespace=self.namespace,
            pod=self.pod,
            container=self.container,
            image=self.image,
            rss_bytes=now.rss_bytes,
            cpu_seconds=self.peak_cpu_s,
            memory_limit=self.memory_limit,
            oom_events=oom_events,
            started=self.started,
        )

    def sample(self) -> Usage:
        """Measure the container's processes."""
        return sample(self.pid)


class RunningContainers:
    """A register of running containers."""

    def __init__(self) -> None:
        self._running: dict[int, Running] = {}
        self._oom_events: dict[tuple[str, str], int] = {}

    def add(self, running: Running) -> None:
        """Register a container that has just started."""
        self._running[running.pid] = running

    def remove(self, pid: int) -> None:
        """Strike off a container that has ended."""
        self._running.pop(pid, None)

    def count_oom(self, uid: str, container: str) -> None:
        """Count that a pod's container was killed for its memory."""
        self._oom_events[(uid, container)] = self._oom_events.get((uid, container), 0) + 1

    def forget_pod(self, uid: str) -> None:
        """Drop the counts of a pod that is gone."""
        for key in [key for key in self._oom_events if key[0] == uid]:
            del self._oom_events[key]

    def __iter__(self) -> Iterator[Running]:
        return iter(tuple(self._running.values()))

    def usage(self) -> list[ContainerUsage]:
        """Return what each running container uses."""
        return [
            running.usage(self._oom_events.get((running.uid, running.container), 0))
            for running in self
        ]
