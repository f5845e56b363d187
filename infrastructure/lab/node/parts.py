"""What everything on the node shares."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from infrastructure.lab.cluster.events import News, Recorder
from infrastructure.lab.cluster.store import KINDS, NotFound, Store
from infrastructure.lab.node.config import NodeConfig
from infrastructure.lab.node.probe_counts import ProbeCounts
from infrastructure.lab.node.processes import ProcessShim
from infrastructure.lab.node.running import RunningContainers

Object = dict[str, Any]


@dataclass
class NodeParts:
    """The node's store, settings, shim, recorders and registers."""

    store: Store
    config: NodeConfig
    shim: ProcessShim
    containers: RunningContainers = field(default_factory=RunningContainers)
    probed: ProbeCounts = field(default_factory=ProbeCounts)
    pulled: set[str] = field(default_factory=set)
    """Images that are present on the node."""

    def __post_init__(self) -> None:
        self._kubelet = Recorder(self.store, "kubelet", self.config.node_name)
        self._kernel = Recorder(self.store, "kernel-monitor", self.config.node_name)

    def tell(self, pod: Object, container: str, kind: str, reason: str, message: str) -> None:
        """Record an event about one container of a pod."""
        path = f"spec.containers{{{container}}}"
        self._kubelet.record(pod, News(kind, reason, message, path))

    def tell_pod_news(self, pod: Object, reason: str, message: str) -> None:
        """Record a warning about a pod as a whole."""
        self._kubelet.warning(pod, reason, message)

    def tell_node_news(self, reason: str, message: str) -> None:
        """Record something expected about the node."""
        with contextlib.suppress(NotFound):
            self._kubelet.normal(self._node(), reason, message)

    def tell_kernel_news(self, reason: str, message: str) -> None:
        """Record a warning that the node's kernel gave."""
        with contextlib.suppress(NotFound):
            self._kernel.warning(self._node(), reason, message)

    def _node(self) -> Object:
        return self.store.peek(KINDS["Node"], None, self.config.node_name)
