"""Nodes and the services that make them work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.cluster.meta import Condition, Meta
from sre_agent.domain.cluster.pods import Amounts
from sre_agent.domain.ids import EvidenceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """What keeps pods off a node."""

    key: str
    value: str = ""
    effect: str = "NoSchedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node; `requested` is what the pods on it ask for together, where that was told."""

    meta: Meta
    conditions: tuple[Condition, ...] = ()
    taints: tuple[Taint, ...] = ()
    is_unschedulable: bool = False
    capacity: Amounts = Amounts()
    allocatable: Amounts = Amounts()
    requested: Amounts = Amounts()
    addresses: tuple[str, ...] = ()
    kubelet_version: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Return whether the node says that it is ready; one that says nothing is not."""
        return any(item.type == "Ready" and item.status == "True" for item in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeService:
    """A service of a node's system (kubelet, containerd, kube-proxy, kube-scheduler)."""

    node: str
    name: str
    source: EvidenceId
    is_active: bool
    said: str = ""
    lines: tuple[str, ...] = ()
